// Bundles css/app.css and js/*.js into ../static, and verify/ into one page, minified. The same input gives the same bytes.
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
const common = { bundle: true, minify: true, charset: "utf8", legalComments: "none", target: ["chrome100", "firefox100", "safari15"] };
for (const name of ["app.css", "map.css"])
  await build({ ...common, entryPoints: [`css/${name}`], outfile: new URL(name, out).pathname, plugins: [krds], loader: { ".png": "dataurl" } });
const script = { ...common, format: "iife" };
const scripts = ["ballot.js", "cast.js", "keying.js", "map.js", "prices.js", "receipt.js", "similar.js", "token.js", "writing.js"];
for (const name of scripts) await build({ ...script, entryPoints: [`js/${name}`], outfile: new URL(name, out).pathname });

// The verifier's page holds all that it needs, so that it works from a stick and asks nobody for anything.
const inline = async (options) => (await build({ ...common, ...options, write: false })).outputFiles[0].text.trim();
const worker = {
  name: "verifier-worker",
  setup(builder) {
    builder.onResolve({ filter: /^verifier-worker$/ }, ({ path }) => ({ path, namespace: "worker" }));
    builder.onLoad({ filter: /.*/, namespace: "worker" }, async () => ({
      contents: await inline({ entryPoints: ["verify/worker.js"], format: "iife" }),
      loader: "text",
    }));
  },
};
const parts = {
  style: await inline({ entryPoints: ["verify/page.css"], plugins: [krds] }),
  script: await inline({ entryPoints: ["verify/page.js"], format: "iife", plugins: [worker] }),
};
for (const name of ["style", "script"]) parts[`${name}-src`] = `'sha256-${createHash("sha256").update(parts[name]).digest("base64")}'`;
const verifiers = new URL("../../ballots/verifiers/", import.meta.url);
await mkdir(verifiers, { recursive: true });
const page = await readFile("verify/page.html", "utf8");
await writeFile(new URL("verify.html", verifiers), page.replace(/\{\{([a-z-]+)\}\}/g, (_, name) => parts[name]));

const licence = async (name) => `${name}\n\n${(await readFile(`node_modules/${name}/LICENSE`, "utf8")).trim()}\n`;
await writeFile(
  new URL("LICENSES.txt", out),
  `app.css takes colour tokens from krds-uiux (ISC).\n\n${(await readFile("node_modules/krds-uiux/README.md", "utf8")).match(/ISC[^\n]*/)?.[0] ?? "ISC"}\n\n` +
    `What checks receipts and bundles takes hashes and signatures from:\n\n${(await Promise.all(["@noble/hashes", "@noble/ed25519"].map(licence))).join("\n")}\n` +
    `What lets several people write one text is:\n\n${(await Promise.all(["yjs", "lib0"].map(licence))).join("\n")}\n` +
    `What draws maps is:\n\n${await licence("leaflet")}`,
);
const vendor = new URL("../../tests/browser/vendor/", import.meta.url);
await mkdir(vendor, { recursive: true });
await cp("node_modules/axe-core/axe.min.js", new URL("axe.min.js", vendor));
await cp("node_modules/axe-core/LICENSE", new URL("axe-LICENSE.txt", vendor));
await build({ ...script, entryPoints: ["verify/index.js"], outfile: new URL("board.js", vendor).pathname, globalName: "board" });
await build({ ...script, entryPoints: ["js/token/index.js"], outfile: new URL("token.js", vendor).pathname, globalName: "token" });
await build({ ...script, entryPoints: ["js/writing/binding.js"], outfile: new URL("binding.js", vendor).pathname, globalName: "binding" });

// What was built of what, so that a test without Node.js sees a bundle that is older than its source.
const digests = async (paths) => {
  const found = {};
  for (const path of paths.sort())
    found[path] = createHash("sha256").update(await readFile(path)).digest("hex");
  return found;
};
const sources = (await readdir(".", { recursive: true }))
  .filter((path) => /^(css|js|verify)\/.*\.(css|html|js|txt)$|^(build\.mjs|package(-lock)?\.json)$/.test(path));
const bundles = [
  ...["app.css", "map.css", "LICENSES.txt", ...scripts].map((name) => `../static/${name}`),
  "../../ballots/verifiers/verify.html",
  "../../tests/browser/vendor/board.js",
  "../../tests/browser/vendor/token.js",
  "../../tests/browser/vendor/binding.js",
];
await writeFile("built.json", JSON.stringify({ ...(await digests(sources)), ...(await digests(bundles)) }, null, 1) + "\n");
