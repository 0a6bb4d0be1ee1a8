variable "names" {
  description = "Names, from the naming module."
  type        = map(string)
}

variable "region" {
  description = "Region of the provider."
  type        = string
}

variable "retention_days" {
  description = "How long each is kept, in days. The audit log is in the database, not here."
  type        = object({ metrics = number, logs = number, traces = number })
  default     = { metrics = 31, logs = 31, traces = 7 }

  validation {
    condition     = alltrue([for days in values(var.retention_days) : days >= 1 && days <= 365])
    error_message = "retention_days: from 1 to 365 days; changing one makes its source again, empty."
  }
}

variable "alert_addresses" {
  description = "Who is told by mail. A shared mailbox that somebody reads at night is worth more than three names."
  type        = list(string)

  validation {
    condition     = length(var.alert_addresses) > 0 && alltrue([for address in var.alert_addresses : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "alert_addresses: at least one mail address."
  }
}
