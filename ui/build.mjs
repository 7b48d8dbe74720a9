// Builds ui/dist: one stylesheet, one script, a theme script, an icon sprite and one font file.
// Run by `npm run build`, which `cargo xtask ui` calls.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { icons } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const modules = join(here, "node_modules");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

execFileSync(
  process.execPath,
  [join(modules, "@tailwindcss/cli/dist/index.mjs"), "-i", join(here, "app.css"), "-o", join(dist, "app.css"), "--minify"],
  { stdio: ["ignore", "ignore", "inherit"], cwd: here },
);

// Pages work without script: the bundle only adds to them.
await esbuild.build({
  entryPoints: [join(here, "app.js"), join(here, "theme.js")],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "eof",
  outdir: dist,
  logLevel: "warning",
});

// One sprite instead of forty files; the paths keep `currentColor`.
const symbols = icons.map((name) => {
  const svg = readFileSync(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
  const body = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body.replace(/\s+/g, " ").trim()}</symbol>`;
});
writeFileSync(join(dist, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);

cpSync(
  join(modules, "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"),
  join(dist, "inter.woff2"),
);
cpSync(join(here, "favicon.svg"), join(dist, "favicon.svg"));
