variable "project" {
  description = "What this is, in two to twelve letters or figures."
  type        = string
  default     = "crrc"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project: two to twelve small letters or figures, a letter first."
  }
}

variable "environment" {
  description = "Which copy of it: dev, prod…"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment))
    error_message = "environment: two to twelve small letters or figures, a letter first."
  }
}

variable "owner" {
  description = "Whose it is (the GRADeS or the group that runs it), as it may stand in a bucket's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.owner)) && length(var.owner) <= 24 && length(var.owner) >= 2
    error_message = "owner: two to 24 small letters, figures and single hyphens, a letter first."
  }
}
