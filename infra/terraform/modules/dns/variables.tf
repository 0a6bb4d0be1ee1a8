variable "zone" {
  description = "Our DNS zone."
  type        = string
}

variable "records" {
  description = "From the domains module: {host: name inside the zone}."
  type        = map(string)
}

variable "address_v4" {
  description = "The load balancer's IPv4 address."
  type        = string
}

variable "address_v6" {
  description = "The load balancer's IPv6 address."
  type        = string
}

variable "ttl" {
  description = "How long others keep a record, in seconds: short enough to move in an hour."
  type        = number
  default     = 600

  validation {
    condition     = var.ttl >= 60 && var.ttl <= 86400
    error_message = "ttl: from 60 to 86400 seconds."
  }
}
