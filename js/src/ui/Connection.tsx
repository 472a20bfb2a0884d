// Where the widget is connected; if it is not, what to do about it.
import type { Connection } from "../messages";
import type { ViewModel } from "../model";
import { Button, Chip } from "./parts";

type Model = Pick<ViewModel, "request">;

function host(url: string | undefined): string {
  return (url ?? "").replace(/^https?:\/\//, "");
}

/** The user and server, at the right of a header. */
export function ConnectionChip({ connection }: { connection: Connection }) {
  if (connection.state === "connected") {
    return (
      <span class="csw-connection" title={connection.api}>
        <span class="csw-dot csw-good" aria-hidden="true" />
        {connection.user} <span class="csw-muted">· {host(connection.web || connection.api)}</span>
      </span>
    );
  }
  if (connection.state === "new" || connection.state === "connecting") {
    return (
      <span class="csw-connection" role="status">
        <span class="csw-dot csw-wait" aria-hidden="true" />
        Connecting …
      </span>
    );
  }
  return (
    <span class="csw-connection">
      <Chip status="failed">not connected</Chip>
    </span>
  );
}

const TEXTS = {
  not_configured: {
    title: "ClearML is not configured here",
    what: "Run `clearml-init` in a terminal with the credentials from your ClearML server (Settings → Workspace → Create new credentials), or set CLEARML_API_HOST, CLEARML_API_ACCESS_KEY and CLEARML_API_SECRET_KEY for this kernel. Then try again.",
  },
  denied: {
    title: "The server does not accept your credentials",
    what: "Create new credentials on your ClearML server (Settings → Workspace), put them into clearml.conf or the CLEARML_API_* variables, and try again.",
  },
  unreachable: {
    title: "The ClearML server does not answer",
    what: "Check the address in clearml.conf and your network. This tries again by itself.",
  },
} as const;

/** A banner that says why there is no connection and what to do; nothing while there is one. */
export function ConnectionBanner({ connection, model }: { connection: Connection; model: Model }) {
  const { state } = connection;
  if (state === "new" || state === "connected" || state === "connecting") return null;
  const { title, what } = TEXTS[state];
  const retry = () => void model.request("retry").catch(() => undefined);
  return (
    <div class="csw-banner csw-banner-error" role="alert">
      <div>
        <strong>{title}</strong>
        <p>{what}</p>
        {connection.message ? <p class="csw-banner-detail">{connection.message}</p> : null}
      </div>
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}
