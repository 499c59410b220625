import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { preloadFonts } from "./build/preload-fonts.ts";

// The shop has one origin. In development the API is whatever serves it locally.
const api = process.env["VELURE_API_ORIGIN"] ?? "http://localhost:8080";

export default defineConfig({
  plugins: [react(), preloadFonts()],
  build: {
    // The Content-Security-Policy allows fonts from 'self' only, so nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "vendor", test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack)\// }],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: api, changeOrigin: false } } },
});
