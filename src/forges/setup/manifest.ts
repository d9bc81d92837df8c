import { GITHUB_EVENTS } from "../../forge/github/hooks.ts";

/** What the App asks for, and why, in words for whoever grants it. */
export const PERMISSIONS = [
  {
    name: "contents",
    level: "write",
    why: "to fetch the code, and to push a branch with the work",
  },
  { name: "issues", level: "write", why: "to read the orders, and to answer them" },
  { name: "pull_requests", level: "write", why: "to open pull requests, and to read reviews" },
  { name: "metadata", level: "read", why: "every App may see which repositories there are" },
] as const;

/** The App as it is to be made. See GitHub's documentation of manifests. */
export function manifestOf(options: {
  /** Not longer than 34 characters; whoever confirms may change it. */
  readonly name: string;
  readonly publicUrl: string;
  /** What its forge is called here. */
  readonly forge: string;
  readonly redirectUrl: string;
}) {
  const { name, publicUrl, forge, redirectUrl } = options;
  return {
    name: name.slice(0, 34),
    url: publicUrl,
    hook_attributes: { url: `${publicUrl}/webhooks/${forge}`, active: true },
    redirect_url: redirectUrl,
    description: "Works on issues when somebody comments /kugetsu fix.",
    public: false,
    default_permissions: Object.fromEntries(
      PERMISSIONS.map(({ name: key, level }) => [key, level]),
    ),
    default_events: [...GITHUB_EVENTS],
  };
}
