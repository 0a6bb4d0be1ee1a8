variable "zone" {
  description = "Our DNS zone."
  type        = string
}

variable "domain" {
  description = "The domain that mails come from: ours alone (mail.exemple.fr rather than exemple.fr, where others send too)."
  type        = string

  validation {
    condition     = var.domain == var.zone || endswith(var.domain, ".${var.zone}")
    error_message = "domain: inside the zone."
  }
}

variable "dmarc" {
  description = "The DMARC record. Begin by p=none to read reports, then quarantine, then reject."
  type        = string
  default     = "v=DMARC1; p=quarantine; adkim=s; aspf=r"

  validation {
    condition     = can(regex("^v=DMARC1; *p=(none|quarantine|reject)", var.dmarc))
    error_message = "dmarc: v=DMARC1; p=none, quarantine or reject."
  }
}
