variable "names" {
  description = "Names, from the naming module."
  type        = map(string)
}

variable "tags" {
  description = "Tags, from the naming module."
  type        = list(string)
}

variable "zone" {
  description = "Availability zone of the load balancer, which stands twice inside it."
  type        = string
}

variable "type" {
  description = "From the sizing module."
  type        = string
}

variable "private_network_id" {
  description = "The private network."
  type        = string
}

variable "certificates" {
  description = "From the domains module."
  type        = map(object({ common_name = string, alternative_names = list(string) }))
}

variable "records_ready" {
  description = "Identifiers of the DNS records that lead here: they are waited for."
  type        = list(string)
}
