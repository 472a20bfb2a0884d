// The entry point of the page code, one ES module for all widgets: anywidget calls `render` for each view of a model.
import { render as mount } from "preact";
import { components } from "./components";
import { ErrorPanel } from "./components/ErrorPanel";
import { type HostModel, ViewModel } from "./model";
import "./styles.css";

function Root({ model }: { model: ViewModel }) {
  const kind = String(model.get("_kind"));
  const Component = components.get(kind);
  if (Component === undefined) {
    return (
      <ErrorPanel
        title={`This page cannot show a widget of the kind "${kind}".`}
        message="The page and the Python package differ in version. Save, reload the page and restart the kernel."
      />
    );
  }
  return <Component model={model} />;
}

/**
 * Keeps JupyterLab's shortcuts (arrows that change cells, letters that cut them) from keys that are pressed in the
 * widget. JupyterLab looks for this mark from the focused element outwards and stops at the first element that a
 * shortcut matches, so the mark must be on the focused element itself.
 */
function disableLabShortcuts({ target }: FocusEvent): void {
  if (target instanceof HTMLElement || target instanceof SVGElement) target.dataset.lmSuppressShortcuts = "true";
}

/**
 * VS Code and marimo listen for keys around the widget: Enter would edit the cell, Delete would delete it. Keys with
 * Ctrl, Alt or Meta are left to the host (save, commands), and so is Escape outside of a dialog, which returns to the
 * cell.
 */
function keepKeysFromHost(event: KeyboardEvent): void {
  const { key, ctrlKey, altKey, metaKey, target } = event;
  const leavesWidget = key === "Escape" && target instanceof Element && target.closest("dialog") === null;
  if (!ctrlKey && !altKey && !metaKey && !leavesWidget && !/^F\d+$/.test(key)) event.stopPropagation();
}

/**
 * Stops keys that end or change a composition of an input method (Japanese, Chinese, Korean), so that they confirm no
 * question and choose no row. Safari marks the last key of a composition only by its code 229.
 */
function stopCompositionKeys(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) event.stopPropagation();
}

function render({ model: host, el }: { model: HostModel; el: HTMLElement }): () => void {
  const model = new ViewModel(host);
  el.classList.add("csw");
  el.addEventListener("focusin", disableLabShortcuts);
  el.addEventListener("keydown", stopCompositionKeys, true);
  el.addEventListener("keydown", keepKeysFromHost);
  mount(<Root model={model} />, el);
  return () => {
    mount(null, el);
    el.removeEventListener("focusin", disableLabShortcuts);
    el.removeEventListener("keydown", stopCompositionKeys, true);
    el.removeEventListener("keydown", keepKeysFromHost);
    model.close();
  };
}

export default { render };
