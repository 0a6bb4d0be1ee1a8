variable "names" {
  description = "Names, from the naming module."
  type        = map(string)
}

variable "region" {
  description = "Region of the provider."
  type        = string
}
