import js from "@eslint/js";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";

const features = ["catalog", "cart", "checkout", "orders", "account"];

// What each folder may know. Routes in src/app compose features; a feature never reaches into another.
const zones = [
  ...features.map((feature) => ({
    target: `./src/features/${feature}`,
    from: "./src/features",
    except: [`./${feature}`],
    message: "A feature may not import another feature: compose them in src/app.",
  })),
  { target: "./src/features", from: "./src/app", message: "Features do not know the app around them." },
  {
    target: "./src/shared",
    from: ["./src/features", "./src/app", "./src/api"],
    message: "src/shared knows no feature and no endpoint.",
  },
  {
    target: "./src/api",
    from: ["./src/features", "./src/app", "./src/shared/ui"],
    message: "The API client has no user interface and no navigation.",
  },
  {
    target: ["./src/app", "./src/features", "./src/shared", "./src/api"],
    from: "./src/testing",
    message: "Only tests import src/testing.",
  },
];

export default defineConfig(
  // art/ holds the scripts that draw the pictures; they are checked by drawing them.
  { ignores: ["dist", "src/api/schema.ts", "public", "art"] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".tsx"] })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
      "no-restricted-globals": [
        "error",
        { name: "EventSource", message: "src/api/live-stream.ts is the only place that opens a stream." },
        { name: "fetch", message: "Use src/api/client.ts." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='style']", message: "The Content-Security-Policy has no inline styles." },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "No raw HTML." },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.test.{ts,tsx}", "src/testing/**", "e2e/**"],
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      "import-x/no-restricted-paths": "off",
      "no-restricted-globals": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [{ from: "package", name: ["test", "it"], package: "node:test" }] }],
    },
  },
  { files: ["src/api/client.ts"], rules: { "no-restricted-globals": "off" } },
  { files: ["src/api/live-stream.ts"], rules: { "no-restricted-globals": "off" } },
  // Spans are no call of the contract.
  { files: ["src/shared/lib/spans.ts"], rules: { "no-restricted-globals": "off" } },
);
