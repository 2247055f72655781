// Bundles css/app.css and js/*.js into ../static, minified. The same input gives the same bytes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cp, readFile, readdir, writeFile, mkdir } from "node:fs/promises";

const out = new URL("../static/", import.meta.url);
const tokens = await readFile("node_modules/krds-uiux/resources/css/token/krds_tokens.css", "utf8");
const value = new Map([...tokens.matchAll(/--krds-color-light-([a-z]+-\d+): (#[0-9a-f]+)/gi)].map((m) => [m[1], m[2]]));

// The dark palette is written once and set in wherever a rule asks for it by `--dark: ;`.
const dark = await readFile("css/dark.txt", "utf8");

const krds = {
  name: "krds",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replaceAll("--dark: ;", dark).replace(/krds\(([a-z]+-\d+)\)/g, (_, name) => {
        if (!value.has(name)) throw new Error(`${path}: KRDS has no colour ${name}`);
        return value.get(name);
      });
      return { contents, loader: "css" };
    });
  },
};

await mkdir(out, { recursive: true });
const common = { bundle: true, minify: true, charset: "utf8", legalComments: "none", target: ["es2020", "chrome100", "firefox100", "safari15"] };
await build({ ...common, entryPoints: ["css/app.css"], outfile: new URL("app.css", out).pathname, plugins: [krds] });
for (const name of ["ballot.js", "keying.js"])
  await build({ ...common, entryPoints: [`js/${name}`], outfile: new URL(name, out).pathname, format: "iife" });
await writeFile(
  new URL("LICENSES.txt", out),
  `app.css takes colour tokens from krds-uiux (ISC).\n\n${(await readFile("node_modules/krds-uiux/README.md", "utf8")).match(/ISC[^\n]*/)?.[0] ?? "ISC"}\n`,
);
const vendor = new URL("../../tests/browser/vendor/", import.meta.url);
await mkdir(vendor, { recursive: true });
await cp("node_modules/axe-core/axe.min.js", new URL("axe.min.js", vendor));
await cp("node_modules/axe-core/LICENSE", new URL("axe-LICENSE.txt", vendor));

// What was built of what, so that a test without Node.js sees a bundle that is older than its source.
const digests = async (paths) => {
  const found = {};
  for (const path of paths.sort())
    found[path] = createHash("sha256").update(await readFile(path)).digest("hex");
  return found;
};
const sources = (await readdir(".", { recursive: true }))
  .filter((path) => /^(css|js)\/.*\.(css|js|txt)$|^(build\.mjs|package(-lock)?\.json)$/.test(path));
const bundles = ["app.css", "ballot.js", "keying.js", "LICENSES.txt"].map((name) => `../static/${name}`);
await writeFile("built.json", JSON.stringify({ ...(await digests(sources)), ...(await digests(bundles)) }, null, 1) + "\n");
