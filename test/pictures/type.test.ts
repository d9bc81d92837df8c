import { expect, test } from "vitest";
import { pictureType } from "../../src/pictures/type.ts";
import { GIF, JPEG, png } from "./samples.ts";

const riff = (kind: string, rest: string) =>
  Buffer.concat([Buffer.from(`RIFF\0\0\0\0WEBP${kind}`), Buffer.from(rest.padEnd(40, "0"), "hex")]);

test.each<[string, Buffer, string, number, number]>([
  ["a PNG", png(3, 2), "image/png", 3, 2],
  ["a GIF", GIF, "image/gif", 1, 1],
  ["a JPEG", JPEG, "image/jpeg", 280, 360],
  ["a lossy WebP", riff("VP8 ", "000000003001009d012a90012d01"), "image/webp", 400, 301],
  ["a lossless WebP", riff("VP8L", "000000002f8f014b00"), "image/webp", 400, 301],
  ["an extended WebP", riff("VP8X", "0a000000100000008f01002c0100"), "image/webp", 400, 301],
])("%s is known by its content", (_, bytes, mimeType, width, height) => {
  expect(pictureType(bytes)).toEqual({ mimeType, width, height });
});

test.each<[string, Buffer]>([
  ["nothing", Buffer.alloc(0)],
  ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ["HTML", Buffer.from("<!doctype html><title>GIF89a</title>")],
  ["a PNG that is cut off in its head", png(3, 2).subarray(0, 20)],
  ["a PNG without a width", png(0, 2)],
  ["a JPEG without a frame", JPEG.subarray(0, 24)],
  ["a JPEG whose segments lead nowhere", Buffer.concat([JPEG.subarray(0, 20), Buffer.alloc(90)])],
  ["a GIF of another kind", Buffer.from("GIF88a0000000000")],
  ["a WebP of an unknown kind", riff("ALPH", "00")],
])("%s is no picture", (_, bytes) => {
  expect(pictureType(bytes)).toBeUndefined();
});
