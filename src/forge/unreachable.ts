/** What an operator can do about an address that could not be reached; undefined where the system does not say why. */
export function adviceFor(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (CERTIFICATES.has(code) || code.startsWith("ERR_TLS_") || code.startsWith("CERT_"))
    return certificateAdvice(code);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "There is no such host, as far as this machine knows.";
    case "ECONNREFUSED":
      return "Nothing listens at that address and port.";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "No way leads to that host from this machine.";
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "EPROTO":
      return "What listens there speaks no TLS: is it http:// instead of https://?";
    default:
      return undefined;
  }
}

const CERTIFICATES = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "HOSTNAME_MISMATCH",
]);

function certificateAdvice(code: string): string {
  if (code === "CERT_HAS_EXPIRED") return "Its TLS certificate has expired.";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH")
    return "Its TLS certificate is for another name.";
  return `Its TLS certificate is not trusted here (${code}): let NODE_EXTRA_CA_CERTS name the file of the certificate authority that signed it.`;
}

/** fetch wraps what the system said, and a host with several addresses has several errors. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0], depth + 1);
  return codeOf(error.cause, depth + 1);
}
