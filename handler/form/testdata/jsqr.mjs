// Prints what npm jsqr reads: node jsqr.mjs WIDTH HEIGHT FILE, where FILE holds
// the picture as four bytes a pixel (RGBA).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const jsQR = createRequire(new URL("../../web/package.json", import.meta.url))("jsqr");
const [width, height, file] = process.argv.slice(2);
const found = jsQR(new Uint8ClampedArray(readFileSync(file)), Number(width), Number(height));
if (!found) {
  console.error("no code found");
  process.exit(1);
}
console.log(found.data);
