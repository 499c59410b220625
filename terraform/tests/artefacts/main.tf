# Stand-ins for what `make package` and the web build leave, so that the root can be planned in a fresh checkout.
locals {
  folder = "${abspath(path.module)}/made"
  routes = jsondecode(file("${path.module}/../../../functions/routes.json"))
  names  = concat([for route in local.routes.routes : route.name], [local.routes.fallback.name])
}

resource "terraform_data" "files" {
  provisioner "local-exec" {
    command = "mkdir -p \"$FOLDER/pages/assets\" && for name in $NAMES; do echo \"$name\" > \"$FOLDER/$name.zip\"; done && echo '<!doctype html>' > \"$FOLDER/pages/index.html\" && echo '' > \"$FOLDER/pages/assets/index-1a2b3c.js\""

    environment = {
      FOLDER = local.folder
      NAMES  = join(" ", local.names)
    }
  }
}

output "folder" {
  description = "Where the files are."
  value       = local.folder
  depends_on  = [terraform_data.files]
}
