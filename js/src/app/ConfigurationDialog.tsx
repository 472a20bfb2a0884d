// A read-only dialog that shows an instance's configuration in sentences or as JSON, to copy or download.
import { useRef, useState } from "preact/hooks";
import type { Configuration, ConfigurationItem } from "../messages/app";
import { fileName, saveFile } from "../state/download";
import { copyText } from "../ui/clipboard";
import { Dialog } from "../ui/Dialog";
import { Segments } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, TaskLink } from "../ui/parts";

type View = "sentences" | "json";
const VIEWS: readonly (readonly [View, string])[] = [
  ["sentences", "In sentences"],
  ["json", "As JSON"],
];

interface ConfigurationProps {
  configuration: Configuration;
  web: string | undefined;
  onClose: () => void;
}

export function ConfigurationDialog({ configuration, web, onClose }: ConfigurationProps) {
  const [view, setView] = useState<View>("sentences");
  const [copied, setCopied] = useState("");
  const text = useRef<HTMLTextAreaElement>(null);
  const onCopy = async () => {
    if (await copyText(configuration.text)) {
      setCopied("Copied as JSON.");
      return;
    }
    setView("json");
    setCopied("This browser does not let the page copy. It is selected: press Ctrl+C.");
    setTimeout(() => text.current?.select());
  };
  const actions = (
    <>
      <span class="csw-note csw-grow" role="status">
        {copied}
      </span>
      <Button onClick={() => void onCopy()}>
        <Icon name="copy" /> Copy
      </Button>
      <Button onClick={() => saveFile(fileName(configuration.name, "json"), [configuration.text], "application/json")}>
        Download
      </Button>
      <Button kind="primary" onClick={onClose}>
        Close
      </Button>
    </>
  );
  return (
    <Dialog
      size="large"
      title={
        <>
          Configuration of <bdi>{configuration.name}</bdi>
        </>
      }
      onClose={onClose}
      actions={actions}
    >
      <Segments legend="Show it" hideLegend options={VIEWS} value={view} onInput={setView} />
      {view === "sentences" ? (
        <Sentences configuration={configuration} web={web} />
      ) : (
        <textarea class="csw-input csw-code" ref={text} readOnly aria-label="The definition as JSON">
          {configuration.text}
        </textarea>
      )}
    </Dialog>
  );
}

function Sentences({ configuration, web }: Pick<ConfigurationProps, "configuration" | "web">) {
  const { description, facts, items } = configuration;
  return (
    <>
      {description ? <p dir="auto">{description}</p> : null}
      {facts.map((fact) => (
        <p key={fact} class="csw-muted">
          {fact}
        </p>
      ))}
      <ol class="csw-sentences">
        {items.map((item) => (
          <Item key={item.id} item={item} web={web} />
        ))}
      </ol>
    </>
  );
}

function Item({ item, web }: { item: ConfigurationItem; web: string | undefined }) {
  return (
    <li>
      <h4>
        <Icon name={item.kind === "schedule" ? "clock" : "bolt"} />
        <bdi>{item.name}</bdi>
      </h4>
      <p>
        <bdi>{item.when}</bdi>
      </p>
      <p>
        Runs{" "}
        <TaskLink web={web} id={item.task}>
          <bdi>{item.task_name || item.task}</bdi>
        </TaskLink>
        .
      </p>
      <ul class="csw-muted">
        {item.facts.map((fact) => (
          <li key={fact} dir="auto">
            {fact}
          </li>
        ))}
      </ul>
    </li>
  );
}
