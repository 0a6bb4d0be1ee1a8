resource "scaleway_iam_api_key" "s84" {
  application_id = "a"
}

resource "scaleway_cockpit_token" "s85" {
  name = "t"
}

resource "random_password" "s86" {
  length = 24
}

resource "tls_private_key" "s87" {
  algorithm = "ED25519"
}
