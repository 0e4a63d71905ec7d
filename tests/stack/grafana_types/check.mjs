// Compares Grafana dashboards (classic JSON) with Grafana's own published types, and their TraceQL and LogQL with its
// grammars. Usage: node check.mjs FOLDER dashboard.json... ; FOLDER holds node_modules of package.json beside this file.
//
// Prints one line per disagreement and ends with 1. Missing keys are fine: Grafana has defaults. Unknown keys, wrong
// enum values and wrong types are not.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), "x.js"));
const RELEASES = ["schema11", "schema12", "schema13"];
let complaints = 0;
const complain = (text) => { complaints += 1; console.log(text); };

// In every dashboard that Grafana exports, and in none of its types.
const variable = ({ definition, ...rest }) => rest;
const annotation = ({ target, titleFormat, textFormat, tagKeys, ...rest }) => rest;

function panels(dashboard) {
  return dashboard.panels.flatMap((panel) => (panel.type === "row" ? panel.panels ?? [] : [panel]));
}

function statements(release) {
  const base = ["types", "esm"].find((each) => fs.existsSync(path.join(folder, "node_modules", release, "dist", each, "raw")));
  const composable = path.join(folder, "node_modules", release, "dist", base, "raw/composable");
  const typesOf = (kind) => {
    const inside = path.join(composable, kind, "panelcfg/x");
    return path.join(inside, fs.readdirSync(inside).find((name) => name.endsWith("types.gen.d.ts")));
  };
  const kinds = new Set(fs.readdirSync(composable));
  const lines = [], places = [], used = new Set();
  const declare = (place, type, value) => {
    places.push(place);
    lines.push(`export const v${lines.length}: Json<${type}> = ${JSON.stringify(value)};`);
  };
  for (const name of files) {
    const dashboard = JSON.parse(fs.readFileSync(name, "utf8"));
    const { panels: _, templating, annotations, ...rest } = dashboard;
    const file = path.basename(name);
    declare(file, "schema.Dashboard", rest);
    (templating?.list ?? []).forEach((v) => declare(`${file}: variable ${v.name}`, "schema.VariableModel", variable(v)));
    (annotations?.list ?? []).forEach((a) => declare(`${file}: annotation ${a.name}`, "schema.AnnotationQuery", annotation(a)));
    for (const panel of panels(dashboard)) {
      const place = `${file}: ${panel.type} "${panel.title}"`;
      const { options, fieldConfig, targets, ...others } = panel;
      const { custom, ...defaults } = fieldConfig?.defaults ?? {};
      const kind = panel.type.toLowerCase().replace(/-/g, "");
      if (kinds.has(kind)) {
        used.add(kind);
        const types = fs.readFileSync(typesOf(kind), "utf8");
        declare(`${place}: options`, `${kind}.Options`, options ?? {});
        if (custom && /export interface FieldConfig\b/.test(types)) declare(`${place}: field config`, `${kind}.FieldConfig`, custom);
      }
      declare(`${place}: defaults`, "schema.FieldConfig", defaults);
      declare(place, "schema.Panel", others);
      (targets ?? []).forEach((t) => declare(`${place}: query ${t.refId}`, "schema.DataQuery & Record<string, unknown>", t));
    }
  }
  const head = [
    `import type * as schema from "${release}";`,
    ...[...used].map((kind) => `import type * as ${kind} from "./${path.relative(folder, typesOf(kind)).replace(/\.d\.ts$/, "")}";`),
    // What JSON holds of a type: enums are their texts, every key may be missing.
    "type Json<T> = T extends string ? `${T}` : T extends number | boolean | null ? T : T extends (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]?: Json<T[K]> } : T;",
  ];
  return { head, lines, places };
}

function types(release) {
  const { head, lines, places } = statements(release);
  fs.writeFileSync(path.join(folder, `${release}.ts`), [...head, ...lines].join("\n"));
  const config = path.join(folder, `tsconfig.${release}.json`);
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, moduleResolution: "bundler", module: "esnext", target: "es2022", types: [] };
  fs.writeFileSync(config, JSON.stringify({ compilerOptions, files: [`${release}.ts`] }));
  try {
    execFileSync(path.join(folder, "node_modules/.bin/tsc"), ["-p", config], { stdio: "pipe" });
  } catch (error) {
    const before = complaints;
    for (const text of String(error.stdout).split("\n")) {
      const at = text.match(/ts\((\d+),\d+\): error (TS\d+: .*)$/);
      if (at) complain(`${release}: ${places[at[1] - 1 - head.length] ?? "?"}: ${at[2]}`);
    }
    if (complaints === before) complain(`${release}: the compiler failed: ${error.message} ${error.stdout}`);
  }
  return lines.length;
}

function grammar(place, parser, text) {
  parser.parse(text).iterate({
    enter: (node) => { if (node.type.isError) complain(`${place}: not in the grammar: ${text}`); },
  });
}

function queries() {
  const logql = require("@grafana/lezer-logql").parser, traceql = require("@grafana/lezer-traceql").parser;
  let count = 0;
  for (const name of files) {
    for (const panel of panels(JSON.parse(fs.readFileSync(name, "utf8")))) {
      for (const target of panel.targets ?? []) {
        const place = `${path.basename(name)}: "${panel.title}"`;
        const kind = target.datasource?.type;
        const text = (target.expr ?? target.query ?? "").replaceAll("[$__auto]", "[1m]");
        if (kind === "loki") { grammar(place, logql, text); count += 1; }
        if (kind === "tempo" && target.queryType === "traceql") { grammar(place, traceql, text); count += 1; }
      }
    }
  }
  return count;
}

const values = RELEASES.map(types).reduce((sum, each) => sum + each, 0);
const read = queries();
if (complaints) process.exit(1);
console.log(`${files.length} dashboards agree: ${values} values, ${read} queries`);
