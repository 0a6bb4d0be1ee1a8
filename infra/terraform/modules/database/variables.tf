variable "names" {
  description = "Names, from the naming module."
  type        = map(string)
}

variable "tags" {
  description = "Tags, from the naming module."
  type        = list(string)
}

variable "region" {
  description = "Region of the provider."
  type        = string
}

variable "size" {
  description = "From the sizing module."
  type = object({
    node_type         = string
    volume_gb         = number
    high_availability = bool
    read_replica      = bool
    backup_days       = number
  })

  validation {
    condition     = var.size.backup_days >= 7
    error_message = "size.backup_days: seven days of backups at least."
  }
}

variable "engine" {
  description = "Major version, when the instance is made."
  type        = string
  default     = "PostgreSQL-17"
}

variable "settings" {
  description = "Settings of the engine; the provider's list says which it takes."
  type        = map(string)
  default     = {}
}

variable "private_network_id" {
  description = "The private network."
  type        = string
}

variable "password" {
  description = "Password of the administrator. Never in the state: write-only."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "password_version" {
  description = "To be raised by one when the password changes: what is write-only has no difference to see."
  type        = number
}
