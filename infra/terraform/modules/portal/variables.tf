variable "owner" {
  description = "Whose it is, as it may stand in a bucket's name: gip-esante-bretagne."
  type        = string
}

variable "environment" {
  description = "Which copy of it: dev, prod…"
  type        = string
}

variable "project_id" {
  description = "The provider's project."
  type        = string
}

variable "region" {
  description = "Region of the provider."
  type        = string
  default     = "fr-par"
}

variable "availability_zones" {
  description = "Availability zones of that region, the first ones are used."
  type        = list(string)
  default     = ["fr-par-1", "fr-par-2"]

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, "${var.region}-")])
    error_message = "availability_zones: zones of the region."
  }
}

variable "backup_region" {
  description = "Region of the backups: another one, or the same where the data must not leave it (README.md)."
  type        = string
}

variable "backup_lock_mode" {
  description = "GOVERNANCE or COMPLIANCE."
  type        = string
  default     = "GOVERNANCE"
}

variable "resilient" {
  description = "True where people work: everything stands twice."
  type        = bool
}

variable "regions" {
  description = "How many regions (tenants)."
  type        = number
}

variable "establishments" {
  description = "How many establishments may apply, over all regions."
  type        = number
}

variable "last_evening_share" {
  description = "The share of establishments that submit in the last ten minutes of a call."
  type        = number
  default     = 0.25
}

variable "submissions_per_core" {
  description = "Submissions that one core of the web takes in ten minutes."
  type        = number
  default     = 6000
}

variable "dns_zone" {
  description = "The DNS zone that we hold, at the provider: exemple.fr."
  type        = string
}

variable "host" {
  description = "The portal's own host, inside the zone: portail.exemple.fr."
  type        = string
}

variable "tenants" {
  description = "Tenants that have hosts of their own (domains module)."
  type        = map(object({ domain = optional(string), aliases = optional(list(string), []), ready = optional(bool, false) }))
  default     = {}
}

variable "mail_domain" {
  description = "The domain that mails come from: mail.exemple.fr."
  type        = string
}

variable "dmarc" {
  description = "The DMARC record."
  type        = string
  default     = "v=DMARC1; p=quarantine; adkim=s; aspf=r"
}

variable "administrators" {
  description = "Who keeps the buckets' settings: user_id:… or application_id:…, the one that runs Terraform among them."
  type        = list(string)
}

variable "administration_addresses" {
  description = "From where the cluster is administered (CIDR)."
  type        = list(string)
}

variable "alert_addresses" {
  description = "Who is told by mail when something is wrong."
  type        = list(string)
}

variable "subnet" {
  description = "Addresses of the private network."
  type        = string
  default     = "172.16.8.0/22"
}

variable "kubernetes_version" {
  description = "Minor version, x.y."
  type        = string
  default     = "1.33"
}

variable "database_settings" {
  description = "Settings of PostgreSQL."
  type        = map(string)
  default     = {}
}

variable "retention_days" {
  description = "How long metrics, logs and traces are kept."
  type        = object({ metrics = number, logs = number, traces = number })
  default     = { metrics = 31, logs = 31, traces = 7 }
}

variable "secret_versions" {
  description = "Raised by one when the secrets of that kind change. `api_keys` is 0 until the keys were made, after the first apply."
  type = object({
    database = optional(number, 1)
    redis    = optional(number, 1)
    keys     = optional(number, 1)
    metrics  = optional(number, 1)
    api_keys = optional(number, 0)
  })
  default = {}
}

variable "secrets" {
  description = "Every secret, from the environment (TF_VAR_secrets) and for the time of one command. infra/terraform/new-secrets makes them."
  type = object({
    database_admin    = string
    database_owner    = string
    database_app      = string
    redis             = string
    signing_key       = string
    secrets_keys      = string
    metrics_token     = string
    portal_access_key = optional(string, "")
    portal_secret_key = optional(string, "")
    backup_access_key = optional(string, "")
    backup_secret_key = optional(string, "")
  })
  ephemeral = true
  sensitive = true

  validation {
    condition = alltrue([
      for password in [var.secrets.database_admin, var.secrets.database_owner, var.secrets.database_app, var.secrets.redis] :
      length(password) >= 24 && can(regex("[a-z]", password)) && can(regex("[A-Z]", password)) && can(regex("[0-9]", password)) && can(regex("[^A-Za-z0-9]", password))
    ])
    error_message = "secrets: a password has 24 characters at least, with a small letter, a capital, a figure and a sign (the provider asks for them)."
  }
}
