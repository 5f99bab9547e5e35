// Builds static/: every file of src/ under a name that carries its content's
// hash, each with a .gz beside it, and manifest.json from plain to hashed name.
// app.css gets the WeUI rules that our templates use in front, chart.js and
// chart.css get uPlot; verify.css, for the browsers of departments, stands alone.
//
// WeUI's whole sheet is 23 KB gzip; a page may weigh 40 KB. So a rule of it is
// kept only when every class of its selector is listed in `used`. Its colours
// are not taken over: several fail a contrast of 4.5:1, so src/app.css defines
// the tokens (--weui-…) anew, and the build fails when one is missing.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
import { transform } from "lightningcss";

const here = fileURLToPath(new URL(".", import.meta.url));
const weuiFile = createRequire(import.meta.url).resolve("weui/dist/style/weui.css");

const used = new Set([
  "weui-badge",
  "weui-btn", "weui-btn_default", "weui-btn_mini", "weui-btn_primary", "weui-btn_warn",
  "weui-cell", "weui-cell__bd", "weui-cell__ft",
  "weui-cells", "weui-cells__tips", "weui-cells__title",
  "weui-input", "weui-label", "weui-textarea",
]);

// classesOf lists the classes anywhere in a selector, those inside :not() too.
function classesOf(selector) {
  return selector.flatMap((part) => {
    if (part.type === "class") return [part.name];
    return Array.isArray(part.selectors) ? part.selectors.flatMap(classesOf) : [];
  });
}

function weui() {
  const kept = new Set();
  const { code } = transform({
    filename: "weui.css",
    code: readFileSync(weuiFile),
    visitor: {
      Rule: {
        style(rule) {
          const selectors = rule.value.selectors.map(classesOf);
          const wanted = selectors.some((names) => names.length > 0 && names.every((name) => used.has(name)));
          if (!wanted) return [];
          selectors.flat().forEach((name) => kept.add(name));
        },
        // Animations belong to components that are not used.
        keyframes: () => [],
      },
    },
  });
  const gone = [...used].filter((name) => !kept.has(name));
  if (gone.length > 0) throw new Error(`WeUI has no rule any more for ${gone.join(", ")}`);
  return code.toString();
}

// withFallbacks puts the light value before each declaration that uses a token,
// for web views that know no custom properties: they drop the second one. It
// works on minified text, because minifying would merge the two.
function withFallbacks(css, tokens) {
  return css.replace(/([{;])((?!--)[\w-]+:[^;{}]*\bvar\([^;{}]+)/g, (_, before, declaration) => {
    const plain = declaration.replace(/var\((--[\w-]+)\)/g, (__, name) => tokens.get(name));
    return `${before}${plain};${declaration}`;
  });
}

function sheet(own) {
  // The first block of app.css is the light palette.
  const tokens = new Map();
  for (const [, name, value] of own.slice(0, own.indexOf("@media")).matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
    tokens.set(name, value);
  }
  const css = weui() + own;
  const missing = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name).filter((name) => !tokens.has(name)));
  if (missing.size > 0) throw new Error(`src/app.css gives no light value for ${[...missing].join(", ")}`);
  const { code } = transform({
    filename: "app.css",
    code: Buffer.from(css),
    minify: true,
    // Old system web views: media queries must not become range syntax.
    targets: { android: 67 << 16, chrome: 67 << 16, ios_saf: 11 << 16 },
  });
  return withFallbacks(code.toString(), tokens);
}

// uPlot draws the charts of the statistics page; its licence asks to go with it.
function withPlot(own, dist) {
  const file = createRequire(import.meta.url).resolve(`uplot/dist/${dist}`);
  const licence = readFileSync(join(dirname(file), "..", "LICENSE"), "utf8");
  return Buffer.from(`/*! uPlot\n${licence}*/\n${readFileSync(file, "utf8")}\n${own}`);
}

// plain minifies a sheet for the oldest browsers and changes nothing else.
function plain(own) {
  if (own.includes("var(")) throw new Error("src/verify.css must do without custom properties");
  const { code } = transform({ filename: "verify.css", code: Buffer.from(own), minify: true, targets: { ie: 11 << 16, android: 67 << 16 } });
  return code;
}

// What is more than the file in src.
const bundles = {
  "app.css": sheet,
  "verify.css": plain,
  "chart.js": (own) => withPlot(own, "uPlot.iife.min.js"),
  "chart.css": (own) => withPlot(own, "uPlot.min.css"),
};

const out = join(here, "static");
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) {
  if (name !== ".gitkeep") rmSync(join(out, name));
}
const manifest = {};
for (const name of readdirSync(join(here, "src")).sort()) {
  const source = readFileSync(join(here, "src", name));
  const content = bundles[name] ? bundles[name](source.toString()) : source;
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  const packed = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  writeFileSync(join(out, hashed), content);
  writeFileSync(join(out, `${hashed}.gz`), packed);
  manifest[name] = hashed;
  console.log(`static/${hashed}: ${content.length} bytes, ${packed.length} gzip`);
}
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
