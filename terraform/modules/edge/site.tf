# The built web application, in a bucket that only this distribution reads.

locals {
  # Everything but index.html, which is the last to change: it names the others.
  files = setsubtract(fileset(var.web_dist, "**"), ["index.html"])

  # By the last extension of a name.
  content_types = {
    avif        = "image/avif"
    css         = "text/css; charset=utf-8"
    gif         = "image/gif"
    html        = "text/html; charset=utf-8"
    ico         = "image/x-icon"
    jpg         = "image/jpeg"
    js          = "text/javascript; charset=utf-8"
    json        = "application/json"
    map         = "application/json"
    mjs         = "text/javascript; charset=utf-8"
    png         = "image/png"
    svg         = "image/svg+xml"
    txt         = "text/plain; charset=utf-8"
    wasm        = "application/wasm"
    webmanifest = "application/manifest+json"
    webp        = "image/webp"
    woff        = "font/woff"
    woff2       = "font/woff2"
    xml         = "application/xml"
  }

  # Names under assets/ hold a hash of the content, the others do not.
  for_ever   = "public, max-age=31536000, immutable"
  revalidate = "no-cache"
}

module "web" {
  source = "../bucket"

  name    = "${var.name}-web-${var.account_id}"
  readers = { distribution = { service = "cloudfront.amazonaws.com", source_arn = aws_cloudfront_distribution.this.arn } }
}

resource "aws_s3_object" "file" {
  for_each = local.files

  bucket        = module.web.name
  key           = each.key
  source        = "${var.web_dist}/${each.key}"
  source_hash   = filemd5("${var.web_dist}/${each.key}")
  content_type  = lookup(local.content_types, lower(element(split(".", each.key), -1)), "application/octet-stream")
  cache_control = startswith(each.key, "assets/") ? local.for_ever : local.revalidate

  # The files of the version before stay until index.html names the new ones.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_object" "index" {
  bucket        = module.web.name
  key           = "index.html"
  source        = "${var.web_dist}/index.html"
  source_hash   = fileexists("${var.web_dist}/index.html") ? filemd5("${var.web_dist}/index.html") : null
  content_type  = local.content_types["html"]
  cache_control = local.revalidate

  lifecycle {
    precondition {
      condition     = fileexists("${var.web_dist}/index.html")
      error_message = "${var.web_dist}/index.html is missing: run `make package` first (it builds the web application)."
    }
  }

  depends_on = [aws_s3_object.file]
}
