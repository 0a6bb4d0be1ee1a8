variable "prefix" {
  description = "From the naming module: the folder of the secrets."
  type        = string
}

variable "tags" {
  description = "Tags, from the naming module."
  type        = list(string)
}

variable "region" {
  description = "Region of the provider."
  type        = string
}

variable "versions" {
  description = "Which secrets there are, group/NAME, and the version of each: raised by one, the value is written again."
  type        = map(number)

  validation {
    condition     = alltrue([for name, version in var.versions : can(regex("^[a-z]+/[A-Za-z][A-Za-z0-9_.]*$", name)) && version >= 1])
    error_message = "versions: group/NAME, and versions from 1."
  }
}

variable "values" {
  description = "The value of each secret of `versions`."
  type        = map(string)
  ephemeral   = true
  sensitive   = true
}
