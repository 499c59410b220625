// Runs before the first paint, as a file because the page allows no inline script: a chosen theme must not
// flash, and the home page's picture must not wait for the application's code to be found.
(function () {
  try {
    var theme = localStorage.getItem("velure.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (_) {
    // Storage can be forbidden; the system's preference stands.
  }
  if (location.pathname === "/" && location.search === "") {
    var link = document.createElement("link");
    link.rel = "preload";
    link.as = "image";
    link.href = "/art/hero.svg";
    link.fetchPriority = "high";
    document.head.appendChild(link);
  }
})();
