variable "zone" {
  description = "The DNS zone that we hold: exemple.fr."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.zone))
    error_message = "zone: a domain in small letters, without accents (in its xn-- form where it has some)."
  }
}

variable "host" {
  description = "The portal's own host, inside the zone: portail.exemple.fr."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.host)) && (var.host == var.zone || endswith(var.host, ".${var.zone}"))
    error_message = "host: a host inside the zone, in small letters; a certificate by HTTP holds no wildcard."
  }
}

variable "tenants" {
  description = "Tenants that have hosts of their own, by the short name they have in the portal. `ready`: their DNS leads here."
  type = map(object({
    domain  = optional(string)
    aliases = optional(list(string), [])
    ready   = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = alltrue([for slug in keys(var.tenants) : can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", slug))])
    error_message = "tenants: a short name is three to forty small letters, figures or hyphens."
  }
  validation {
    condition = alltrue(flatten([for tenant in values(var.tenants) : [
      for host in concat(tenant.domain == null ? [] : [tenant.domain], tenant.aliases) :
      can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", host)) && length(host) <= 253
    ]]))
    error_message = "tenants: each host in small letters, without accents, wildcard, scheme or path."
  }
  validation {
    condition     = alltrue([for tenant in values(var.tenants) : tenant.domain != null || length(tenant.aliases) == 0])
    error_message = "tenants: an alias goes with a domain."
  }
  validation {
    condition = length(flatten([for tenant in values(var.tenants) : concat(tenant.domain == null ? [] : [tenant.domain], tenant.aliases)])) == length(distinct(
    flatten([for tenant in values(var.tenants) : concat(tenant.domain == null ? [] : [tenant.domain], tenant.aliases)])))
    error_message = "tenants: one host belongs to one tenant, once."
  }
  validation {
    condition     = !contains(flatten([for tenant in values(var.tenants) : concat(tenant.domain == null ? [] : [tenant.domain], tenant.aliases)]), var.host)
    error_message = "tenants: the portal's own host is no tenant's."
  }
  validation {
    condition     = alltrue([for tenant in values(var.tenants) : length(tenant.aliases) < 100])
    error_message = "tenants: a certificate holds a hundred names at most."
  }
}
