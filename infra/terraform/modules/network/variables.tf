variable "names" {
  description = "Names, from the naming module."
  type        = map(string)
}

variable "tags" {
  description = "Tags, from the naming module."
  type        = list(string)
}

variable "gateway_type" {
  description = "Type of the public gateway, from the sizing module."
  type        = string
}

variable "subnet" {
  description = "Addresses of the private network. Kubernetes keeps 100.64.0.0/15 and 10.32.0.0/20 for itself: do not meet them."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.subnet)) && tonumber(split("/", var.subnet)[1]) <= 24
    error_message = "subnet: a network of 256 addresses or more, as in 172.16.8.0/22."
  }
}
