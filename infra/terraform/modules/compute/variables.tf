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

variable "private_network_id" {
  description = "The private network."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version, x.y: the provider follows its corrections by itself, on Sunday night."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]+$", var.kubernetes_version))
    error_message = "kubernetes_version: a minor version, as in 1.33."
  }
}

variable "control_plane" {
  description = "kapsule (shared, free) or kapsule-dedicated-4, -8, -16 (several replicas of the control plane, with a service level)."
  type        = string

  validation {
    condition     = can(regex("^kapsule(-dedicated-(4|8|16))?$", var.control_plane))
    error_message = "control_plane: kapsule, kapsule-dedicated-4, -8 or -16."
  }
}

variable "nodes" {
  description = "From the sizing module."
  type        = object({ type = string, zones = list(string), least = number, most = number })
}

variable "administration_addresses" {
  description = "From where the cluster is administered (CIDR). Everybody else is refused."
  type        = list(string)

  validation {
    condition     = length(var.administration_addresses) > 0 && alltrue([for range in var.administration_addresses : can(cidrhost(range, 0)) && !endswith(range, "/0")])
    error_message = "administration_addresses: at least one range as in 192.0.2.7/32, and not the whole Internet."
  }
}
