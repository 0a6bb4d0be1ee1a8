variable "regions" {
  description = "How many regions (tenants) the installation serves."
  type        = number

  validation {
    condition     = var.regions >= 1 && var.regions <= 20 && floor(var.regions) == var.regions
    error_message = "regions: a whole number from 1 to 20."
  }
}

variable "establishments" {
  description = "How many establishments may apply, over all regions. (The national register holds some 35,000 medico-social ones.)"
  type        = number

  validation {
    condition     = var.establishments >= 1 && var.establishments <= 60000 && floor(var.establishments) == var.establishments
    error_message = "establishments: a whole number from 1 to 60,000. Beyond, PostgreSQL is distributed (docs/scale.md) and sized by hand."
  }
}

variable "last_evening_share" {
  description = "The share of establishments that submit in the last ten minutes of a call."
  type        = number
  default     = 0.25

  validation {
    condition     = var.last_evening_share > 0 && var.last_evening_share <= 1
    error_message = "last_evening_share: above 0, 1 at most."
  }
}

variable "submissions_per_core" {
  description = "Submissions that one core takes in ten minutes, all that an applicant asks before included: less than half of what `make bench-storm` measures (5,000 on two cores, database and applicants on them too)."
  type        = number
  default     = 1000

  validation {
    condition     = var.submissions_per_core >= 100
    error_message = "submissions_per_core: at least 100."
  }
}

variable "resilient" {
  description = "True where people work: two zones, a database and a Redis with a standby, a spare pod. False for a copy to try things on."
  type        = bool
}

variable "zones" {
  description = "Availability zones, the first ones are used."
  type        = list(string)
  default     = ["fr-par-1", "fr-par-2"]

  validation {
    condition     = length(distinct(var.zones)) >= 2 && alltrue([for zone in var.zones : can(regex("^[a-z]{2}-[a-z]{3}-[1-9]$", zone))])
    error_message = "zones: two different zones at least, as in fr-par-1."
  }
}
