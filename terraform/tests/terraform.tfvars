# For every test of the root.
name                   = "velure-test"
image_tag              = "0123456789ab"
packages_dir           = "./tests/artefacts/made"
web_dist               = "./tests/artefacts/made/pages"
cluster_endpoint_cidrs = ["203.0.113.7/32"]
helm_enabled           = false
atlas_uri              = "mongodb+srv://canary:canaryAtlas01@cluster.example.net/velure"

given_passwords_enabled = true
given_passwords = {
  auth_master    = "canary-auth-master-01"
  orders_master  = "canary-orders-master-01"
  auth_api       = "canary-auth-api-01"
  orders_api     = "canary-orders-api-01"
  relay          = "canary-relay-password-01"
  gateway        = "canary-gateway-password-01"
  fulfilment     = "canary-fulfilment-01"
  amqp_relay     = "canary-amqp-relay-01"
  amqp_processor = "canary-amqp-processor-01"
  rabbitmq_admin = "canary-rabbitmq-admin-01"
  mongodb_admin  = "canary-mongodb-admin-01"
  mongodb        = "canary-mongodb-password-01"
}
