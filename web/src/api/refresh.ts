import { withLock } from "../shared/lib/locks.ts";
import { local } from "../shared/lib/storage.ts";
import { forgetSession, sessionHint } from "./session-hint.ts";

const REFRESHED_AT = "velure.session.refreshed_at";

/**
 * Refreshes the session at most once for all calls and all tabs that saw the same 401.
 *
 * The refresh token rotates and using an old one revokes the session, so two tabs must never refresh at once:
 * they queue on a Web Lock, and the second finds that a refresh happened after its own request was sent.
 * Answers whether the call is worth repeating.
 */
export async function refreshOnce(sentAt: number, refresh: () => Promise<boolean>): Promise<boolean> {
  if (!sessionHint.get()) return false;
  return withLock("velure-session-refresh", async () => {
    if (!sessionHint.get()) return false;
    if (readTime() >= sentAt) return true;
    if (await refresh()) {
      local.set(REFRESHED_AT, String(Date.now()));
      return true;
    }
    forgetSession();
    return false;
  });
}

function readTime(): number {
  return Number(local.get(REFRESHED_AT) ?? "0");
}
