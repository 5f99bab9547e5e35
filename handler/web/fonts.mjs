// Builds handler/form/font/: what forms are drawn with, from the Noto fonts (OFL).
//
// A PDF says which character a glyph is by the font's table from characters to
// glyphs, read backwards. Noto Sans SC lets 民 and the radical ⺠ share one glyph,
// so that 民 would come out of the PDF as ⺠. Here each file holds one character
// for each glyph: the first the usual ones, the next what shares a glyph with
// those, and so on. A character that NFC replaces is in none of them, because
// forms are drawn in NFC. Noto Sans adds the Latin, Greek and Cyrillic letters.
//
// Kerning, ligatures and vertical metrics are left out: a form is set letter by
// letter, so that what stands in it can be read back letter by letter.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const require = createRequire(import.meta.url);
const out = fileURLToPath(new URL("../form/font/", import.meta.url));
const dropped = new Set(["GDEF", "GPOS", "GSUB", "STAT", "gasp", "prep", "vhea", "vmtx"]);

// tables lists the tables of a font file: name, where, how long.
function tables(font) {
  return Array.from({ length: font.readUInt16BE(4) }, (_, i) => {
    const at = 12 + 16 * i;
    return { name: font.toString("latin1", at, at + 4), at, offset: font.readUInt32BE(at + 8), length: font.readUInt32BE(at + 12) };
  });
}

// characters maps each character to its glyph (cmap, OpenType 1.9 §cmap): from a
// subtable of format 12, which has all planes, or of format 4 where that is all.
function characters(font) {
  const cmap = tables(font).find(({ name }) => name === "cmap").offset;
  const subtables = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => cmap + font.readUInt32BE(cmap + 4 + 8 * i + 4));
  const of = (format) => subtables.find((at) => font.readUInt16BE(at) === format);
  const map = new Map();
  const all = of(12);
  if (all !== undefined) {
    for (let group = 0; group < font.readUInt32BE(all + 12); group++) {
      const [first, last, glyph] = [16, 20, 24].map((n) => font.readUInt32BE(all + 12 * group + n));
      for (let c = first; c <= last; c++) map.set(c, glyph + c - first);
    }
    return map;
  }
  const at = of(4);
  const doubled = font.readUInt16BE(at + 6);
  for (let i = 0; i < doubled; i += 2) {
    const [last, first, delta, range] = [14, 16 + doubled, 16 + 2 * doubled, 16 + 3 * doubled].map((n) => font.readUInt16BE(at + n + i));
    for (let c = first; c <= last && c < 0xffff; c++) {
      const listed = range === 0 ? c : font.readUInt16BE(at + 16 + 3 * doubled + i + range + 2 * (c - first));
      if (range === 0 || listed > 0) map.set(c, (listed + delta) & 0xffff);
    }
  }
  return map;
}

// without is the font file without some of its tables.
function without(font, names) {
  const kept = tables(font).filter(({ name }) => !names.has(name));
  const power = 2 ** Math.floor(Math.log2(kept.length));
  const head = Buffer.alloc(12 + 16 * kept.length);
  font.copy(head, 0, 0, 4);
  [kept.length, 16 * power, Math.log2(power), 16 * (kept.length - power)].forEach((n, i) => head.writeUInt16BE(n, 4 + 2 * i));
  const parts = [head];
  let offset = head.length;
  kept.forEach((table, i) => {
    const at = 12 + 16 * i;
    font.copy(head, at, table.at, table.at + 16);
    head.writeUInt32BE(offset, at + 8);
    const padded = Buffer.alloc((table.length + 3) & ~3);
    font.copy(padded, 0, table.offset, table.offset + table.length);
    parts.push(padded);
    offset += padded.length;
  });
  return Buffer.concat(parts);
}

// The characters of GBK, which come first when two share a glyph.
function gbk() {
  const all = new Set();
  const decoder = new TextDecoder("gbk");
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      for (const c of decoder.decode(new Uint8Array([lead, trail]))) all.add(c.codePointAt(0));
    }
  }
  return all;
}

// layers splits characters so that no two of a layer share a glyph.
function layers(map) {
  const usual = gbk();
  const first = (c) => (c < 0x80 || usual.has(c) ? 0 : 0x110000) + c;
  const result = [];
  let left = [...map.keys()].filter((c) => String.fromCodePoint(c).normalize("NFC") === String.fromCodePoint(c));
  left.sort((a, b) => first(a) - first(b));
  while (left.length > 0) {
    const taken = new Set();
    const [layer, rest] = [[], []];
    for (const c of left) {
      (taken.has(map.get(c)) ? rest : layer).push(c);
      taken.add(map.get(c));
    }
    result.push(layer);
    left = rest;
  }
  return result;
}

async function write(name, font, wanted) {
  const text = wanted.map((c) => String.fromCodePoint(c)).join("");
  const subset = without(await subsetFont(font, text, { targetFormat: "truetype", preserveNameIds: [13, 14], noLayoutClosure: true }), dropped);
  const has = characters(subset);
  const glyphs = new Set(has.values());
  if (wanted.some((c) => !has.has(c)) || glyphs.size !== has.size) throw new Error(`${name}: ${wanted.length} characters wanted, ${has.size} in it, ${glyphs.size} glyphs`);
  writeFileSync(join(out, name), subset);
  console.log(`handler/form/font/${name}: ${has.size} characters, ${subset.length} bytes`);
}

mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) {
  if (name !== ".gitkeep") rmSync(join(out, name));
}
const source = (name, file) => {
  const path = require.resolve(`@expo-google-fonts/${name}/400Regular/${file}`);
  // The licence asks to go with the fonts.
  copyFileSync(join(dirname(path), "..", "LICENSE_FONT"), join(out, `${name}.OFL.txt`));
  return readFileSync(path);
};
const chinese = source("noto-sans-sc", "NotoSansSC_400Regular.ttf");
const all = characters(chinese);
for (const c of [...gbk()].filter((c) => /\p{Script=Han}/u.test(String.fromCodePoint(c).normalize("NFC")))) {
  if (!all.has(String.fromCodePoint(c).normalize("NFC").codePointAt(0))) throw new Error(`Noto Sans SC lacks ${String.fromCodePoint(c)} of GBK`);
}
for (const [i, layer] of layers(all).entries()) await write(`${i + 1}-noto-sans-sc.ttf`, chinese, layer);

const latin = source("noto-sans", "NotoSans_400Regular.ttf");
const letters = [...characters(latin).keys()].filter((c) => {
  const s = String.fromCodePoint(c);
  return s.normalize("NFC") === s && /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\u0020-\u007e\u00a1-\u036f\u2010-\u203a\u20a0-\u20bf]/u.test(s);
});
await write("9-noto-sans.ttf", latin, letters);
