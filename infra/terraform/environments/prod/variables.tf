variable "owner" {
  description = "Whose it is: gip-esante-bretagne."
  type        = string
}

variable "project_id" {
  description = "The provider's project."
  type        = string
}

variable "regions" {
  description = "How many regions (tenants)."
  type        = number
}

variable "establishments" {
  description = "How many establishments may apply, over all regions."
  type        = number
}

variable "dns_zone" {
  description = "The DNS zone that we hold."
  type        = string
}

variable "host" {
  description = "The portal's own host, inside the zone."
  type        = string
}

variable "mail_domain" {
  description = "The domain that mails come from, inside the zone."
  type        = string
}

variable "tenants" {
  description = "Tenants that have hosts of their own."
  type        = map(object({ domain = optional(string), aliases = optional(list(string), []), ready = optional(bool, false) }))
  default     = {}
}

variable "administrators" {
  description = "Who keeps the buckets' settings: user_id:… or application_id:…"
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

variable "secret_versions" {
  description = "Raised by one when the secrets of that kind change; `api_keys` is 0 until the keys were made."
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
  description = "Every secret (modules/portal/variables.tf says which), from TF_VAR_secrets, for the time of one command."
  type        = any
  ephemeral   = true
  sensitive   = true
}
