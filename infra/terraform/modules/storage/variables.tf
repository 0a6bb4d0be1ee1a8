variable "bucket" {
  description = "Name of the bucket, from the naming module."
  type        = string
}

variable "tag_map" {
  description = "Tags as a map, from the naming module."
  type        = map(string)
}

variable "region" {
  description = "Region of the provider."
  type        = string
}

variable "application_id" {
  description = "The portal's own application, that reads and writes."
  type        = string
}

variable "backup_writer_id" {
  description = "The application that makes backups, and reads the files for that."
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

variable "old_version_days" {
  description = "How long what was overwritten or removed can be had back. Erasure at somebody's demand is complete after that time."
  type        = number
  default     = 30

  validation {
    condition     = var.old_version_days >= 7 && var.old_version_days <= 30
    error_message = "old_version_days: from 7 to 30; beyond, an erasure would not be done in the month that the law gives."
  }
}
