resource "scaleway_k8s_cluster" "s49" {
  name                        = "k"
  version                     = "1.33"
  cni                         = "cilium"
  delete_additional_resources = false
  auto_upgrade {
    enable = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_k8s_cluster" "s50" {
  name                        = "k"
  version                     = "1.33"
  cni                         = "cilium"
  private_network_id          = "pn"
  delete_additional_resources = true
  auto_upgrade {
    enable = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_k8s_cluster" "s51" {
  name                        = "k"
  version                     = "1.33"
  cni                         = "cilium"
  private_network_id          = "pn"
  delete_additional_resources = false
  auto_upgrade {
    enable = false
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_k8s_cluster" "s52" {
  name                        = "k"
  version                     = "1.33"
  cni                         = "flannel"
  private_network_id          = "pn"
  delete_additional_resources = false
  auto_upgrade {
    enable = true
  }
  lifecycle {
    prevent_destroy = true
  }
}
