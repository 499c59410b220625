import type { Plugin } from "vite";

/** The two faces every page needs before its first line of text. */
const FACES = [/figtree-latin-wght-normal.*\.woff2$/, /young-serif-latin-400-normal.*\.woff2$/];

/** Adds `<link rel="preload">` for the shipped fonts, whose names are known only after hashing. */
export function preloadFonts(): Plugin {
  return {
    name: "velure-preload-fonts",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const files = Object.keys(context.bundle ?? {});
        return FACES.flatMap((face) => files.filter((file) => face.test(file))).map((file) => ({
          tag: "link",
          injectTo: "head" as const,
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${file}`, crossorigin: true },
        }));
      },
    },
  };
}
