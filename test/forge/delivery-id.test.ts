import { expect, test } from "vitest";
import { readDeliveryId } from "../../src/forge/delivery-id.ts";
import { deliveryId as ofGitea } from "../../src/forge/gitea/delivery.ts";
import { deliveryId as ofGitHub } from "../../src/forge/github/delivery.ts";

test.each([null, undefined, "", "a b", "a\u00e9", "a".repeat(101)])(
  "%j names no delivery",
  (header) => {
    expect(readDeliveryId(header)).toBeUndefined();
  },
);

test.each(["catch-up:", "catch-up:abc", "Catch-Up:abc"])("%s is nobody's from outside", (id) => {
  expect(ofGitea(new Headers({ "X-Gitea-Delivery": id }))).toBeUndefined();
  expect(ofGitHub(new Headers({ "X-GitHub-Delivery": id }))).toBeUndefined();
});

test("any other plain text is the delivery's name", () => {
  expect(readDeliveryId("5f0c:A.b_c-1")).toBe("5f0c:A.b_c-1");
});
