import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { KugetsuError } from "../errors.ts";
import type { ConfigLayer, OpencodeConfig } from "./operator.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The operator's layers as one configuration, merged as opencode does it: objects key by key, lists of plugins and
 * instructions one after the other, anything else by the later layer. `{env:NAME}` and `{file:path}` are put in here,
 * so that the agent's environment needs neither.
 *
 * @throws KugetsuError `invalid`, which names the layer that is broken
 */
export function mergeLayers(operator: OpencodeConfig): JsonObject {
  return operator.layers
    .map((layer) => readLayer(layer, operator))
    .reduce<JsonObject>((merged, layer) => mergeConfig(merged, layer), {});
}

/** Two configurations as one; `over` wins. */
export function mergeConfig(under: JsonObject, over: JsonObject): JsonObject {
  const merged = mergeObjects(under, over);
  const lists: Record<string, unknown> = {};
  for (const name of ["plugin", "instructions"]) {
    const [first, second] = [under[name], over[name]];
    if (Array.isArray(first) && Array.isArray(second))
      lists[name] = [...new Set([...first, ...second])];
  }
  return { ...merged, ...lists };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mergeObjects(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const old = merged[name];
    merged[name] = isObject(old) && isObject(value) ? mergeObjects(old, value) : value;
  }
  return merged;
}

function readLayer(layer: ConfigLayer, operator: OpencodeConfig): JsonObject {
  const errors: ParseError[] = [];
  const value: unknown = parse(layer.text, errors, {
    allowTrailingComma: true,
    allowEmptyContent: true,
  });
  const [error] = errors;
  if (error !== undefined) {
    const line = layer.text.slice(0, error.offset).split("\n").length;
    throw broken(layer, `line ${line}: ${printParseErrorCode(error.error)}`);
  }
  // As opencode takes it: an empty file says nothing.
  if (value === undefined) return {};
  if (!isObject(value)) throw broken(layer, "it is not a JSON object");
  const read = mapStrings(value, (text) => substitute(text, layer, operator)) as JsonObject;
  return absolutePaths(read, layer, operator);
}

function substitute(text: string, layer: ConfigLayer, operator: OpencodeConfig): string {
  return text
    .replaceAll(/\{env:([^}]+)\}/g, (_, name: string) => operator.env[name.trim()] ?? "")
    .replaceAll(/\{file:([^}]+)\}/g, (_, path: string) => {
      const absolute = resolve(layer.directory, expandHome(path.trim(), operator));
      try {
        return readFileSync(absolute, "utf8").trim();
      } catch (error) {
        throw new KugetsuError("invalid", `A {file:…} in ${layer.source} cannot be read.`, {
          cause: error,
          hint: absolute,
        });
      }
    });
}

/** The merged text lies elsewhere than its sources, with another HOME: paths relative to those have to be absolute. */
function absolutePaths(
  config: JsonObject,
  layer: ConfigLayer,
  operator: OpencodeConfig,
): JsonObject {
  const result: Record<string, unknown> = { ...config };
  if (Array.isArray(config["plugin"])) {
    const plugins: readonly unknown[] = config["plugin"];
    result["plugin"] = plugins.map((plugin) => {
      if (typeof plugin !== "string") return plugin;
      const path = expandHome(plugin, operator);
      const isPath = isAbsolute(path) || path.startsWith("./") || path.startsWith("../");
      return isPath ? pathToFileURL(resolve(layer.directory, path)).href : plugin;
    });
  }
  if (Array.isArray(config["instructions"])) {
    const paths: readonly unknown[] = config["instructions"];
    result["instructions"] = paths.map((path) =>
      typeof path === "string" ? expandHome(path, operator) : path,
    );
  }
  return result;
}

function expandHome(path: string, operator: OpencodeConfig): string {
  return path.replace(/^~(?=\/)/, operator.home);
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapStrings(item, change)]),
  );
}

function broken(layer: ConfigLayer, why: string): KugetsuError {
  return new KugetsuError(
    "invalid",
    `opencode's configuration in ${layer.source} is broken (${why}).`,
  );
}
