// Bundles src/index.tsx and its styles into the Python package: static/index.js and static/index.css.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "clearml_sched_widgets", "widgets", "static");
const watching = process.argv.includes("--watch");

const options = {
  absWorkingDir: here,
  entryPoints: ["src/index.tsx"],
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !watching,
  sourcemap: watching ? "inline" : false,
  charset: "utf8",
  logLevel: "warning",
};

await mkdir(out, { recursive: true });
await copyFile(join(here, "node_modules", "preact", "LICENSE"), join(out, "PREACT-LICENSE.txt"));
if (watching) {
  await (await context(options)).watch();
  console.log(`watching js/src, writing ${out}`);
} else {
  const { outputFiles } = await build({ ...options, write: false });
  await build(options);
  for (const { path, contents } of outputFiles) {
    console.log(`${path.slice(out.length + 1)}: ${(gzipSync(contents).length / 1000).toFixed(1)} kB gzip`);
  }
}
