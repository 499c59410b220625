// Runs before the pages' cache, and nowhere else: /api/* never comes here.
// A path without an extension is a page of the application, and index.html is all of them.
function handler(event) {
  var request = event.request;
  var path = request.uri;
  if (path === "/internal" || path.indexOf("/internal/") === 0) {
    // Calls between the shop's own processes never come through the CDN.
    return { statusCode: 404, statusDescription: "Not Found", headers: { "cache-control": { value: "no-store" } } };
  }
  // What is asked for under these is a file or is missing. A program that looks for /.well-known/… must not get a page.
  var file = path.indexOf("/assets/") === 0 || path.indexOf("/.well-known/") === 0;
  if (!file && path.substring(path.lastIndexOf("/") + 1).indexOf(".") === -1) {
    request.uri = "/index.html";
  }
  return request;
}
