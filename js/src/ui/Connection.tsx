// Shows the connection to the ClearML server, and what to do if there is none.
import type { ComponentChildren } from "preact";
import type { Connection } from "../messages/shared";
import type { ViewModel } from "../model";
import { sentence } from "../state/problems";
import { Button, Chip } from "./parts";

type Model = Pick<ViewModel, "request">;

function hostName(url: string | undefined): string {
  return (url ?? "").replace(/^https?:\/\//, "");
}

/** The user and the server, at the right of a header. */
export function ConnectionChip({ connection }: { connection: Connection }) {
  if (connection.state === "connected") {
    const server = hostName(connection.web || connection.api);
    return (
      <span class="csw-connection" title={connection.api}>
        <span class="csw-dot csw-good" aria-hidden="true" />
        <bdi>{connection.user}</bdi> {server ? <span class="csw-muted">· {server}</span> : null}
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

const TITLES = {
  not_configured: "ClearML is not configured here",
  denied: "The server does not accept your credentials",
  unreachable: "The ClearML server does not answer",
  refused: "The ClearML server cannot be used",
} as const;

/** A banner that says why there is no connection and what to do; null if there is one. */
export function ConnectionBanner({ connection, model }: { connection: Connection; model: Model }) {
  const { state } = connection;
  if (state === "new" || state === "connected" || state === "connecting") return null;
  const retry = () => void model.request("retry").catch(() => undefined);
  return (
    <div class="csw-banner" role="alert">
      <div>
        <strong>{TITLES[state]}</strong>
        <p>{renderCode(sentence(connection.message ?? ""))}</p>
      </div>
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}

/** Renders text between backquotes as code. */
export function renderCode(text: string): ComponentChildren {
  return text.split("`").map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part));
}
