terraform {
  required_version = ">= 1.11"

  required_providers {
    scaleway = {
      source  = "scaleway/scaleway"
      version = "~> 2.81"
    }
  }

  # The state is in a bucket of its own (README.md, « First day »): `terraform init -backend-config=backend.hcl`.
  backend "s3" {}
}

# Who we are comes from the environment (SCW_ACCESS_KEY, SCW_SECRET_KEY): never from a file.
provider "scaleway" {
  project_id = var.project_id
  region     = "fr-par"
  zone       = "fr-par-1"
}
