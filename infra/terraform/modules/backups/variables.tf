variable "bucket" {
  description = "Name of the bucket, from the naming module."
  type        = string
}

variable "tag_map" {
  description = "Tags as a map, from the naming module."
  type        = map(string)
}

variable "region" {
  description = "Region of the backups: another one than the portal's."
  type        = string
}

variable "application_id" {
  description = "The application that writes backups, and does nothing else."
  type        = string
}

variable "administrators" {
  description = "Who keeps the bucket's settings: user_id:… or application_id:…, the one that runs Terraform among them."
  type        = list(string)

  validation {
    condition     = length(var.administrators) > 0 && alltrue([for who in var.administrators : can(regex("^(user_id|application_id):[0-9a-f-]{36}$", who))])
    error_message = "administrators: at least one user_id:<uuid> or application_id:<uuid>; without, nobody could change the bucket again."
  }
}

variable "lock_days" {
  description = "How long a backup can be removed by nobody (GOVERNANCE: but for who may bypass it)."
  type        = number

  validation {
    condition     = var.lock_days >= 7 && var.lock_days <= 365
    error_message = "lock_days: from 7 to 365."
  }
}

variable "lock_mode" {
  description = "GOVERNANCE, or COMPLIANCE: then nobody at all can shorten it, the provider neither, and it is paid to the end."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.lock_mode)
    error_message = "lock_mode: GOVERNANCE or COMPLIANCE."
  }
}
