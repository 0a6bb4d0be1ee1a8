variable "names" {
  description = "Names, from the naming module."
  type        = map(string)
}

variable "tags" {
  description = "Tags, from the naming module."
  type        = list(string)
}

variable "zone" {
  description = "Availability zone."
  type        = string
}

variable "size" {
  description = "From the sizing module."
  type        = object({ node_type = string, nodes = number })

  validation {
    condition     = contains([1, 2], var.size.nodes)
    error_message = "size.nodes: one node, or two (a main one and a standby). Three would shard the queue."
  }
}

variable "engine" {
  description = "Version of Redis."
  type        = string
  default     = "7.2.11"
}

variable "private_network_id" {
  description = "The private network."
  type        = string
}

variable "password" {
  description = "Password of the user. Never in the state: write-only."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "password_version" {
  description = "To be raised by one when the password changes."
  type        = number
}
