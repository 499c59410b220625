locals {
  folders = concat(var.chart.path == null ? [] : [var.chart.path], var.libraries)

  # The chart as it is in the checkout; a public chart is its version.
  chart = var.chart.path == null ? "${var.chart.repository} ${var.chart.name} ${var.chart.version}" : sha256(join("\n", flatten([
    for folder in local.folders : [
      # What `helm dependency build` writes follows from the rest.
      for file in sort(fileset(folder, "**")) : "${file} ${filesha256("${folder}/${file}")}"
      if !startswith(file, "charts/") && file != "Chart.lock"
    ]
  ])))

  script = "${path.module}/../../helm/release.sh"
}

# Runs when the release is made and when its chart or values change; never at destroy, when the cluster goes as a whole.
resource "terraform_data" "helm" {
  triggers_replace = {
    enabled   = var.enabled
    name      = var.name
    namespace = var.namespace
    chart     = local.chart
    values    = jsonencode(var.values)
    cluster   = var.cluster.name
  }

  provisioner "local-exec" {
    command     = var.enabled ? "\"$VELURE_HELM_SCRIPT\" upgrade" : "echo 'helm_enabled is false: this release is not installed'"
    interpreter = ["/bin/sh", "-c"]

    environment = {
      VELURE_HELM_SCRIPT     = local.script
      VELURE_HELM_RELEASE    = var.name
      VELURE_HELM_NAMESPACE  = var.namespace
      VELURE_HELM_CHART      = coalesce(var.chart.path, var.chart.name)
      VELURE_HELM_REPOSITORY = var.chart.repository == null ? "" : var.chart.repository
      VELURE_HELM_VERSION    = var.chart.version == null ? "" : var.chart.version
      VELURE_HELM_VALUES     = jsonencode(var.values)
      VELURE_HELM_TIMEOUT    = "${var.timeout_s}s"
      VELURE_CLUSTER_NAME    = var.cluster.name
      VELURE_CLUSTER_REGION  = var.cluster.region
    }
  }
}
