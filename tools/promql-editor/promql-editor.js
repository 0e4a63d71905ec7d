// A PromQL editor in a shadow root, where a strict policy for styles allows it; bundled by the recipe beside it.
import { autocompletion, closeBrackets, completionKeymap, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { PromQLExtension } from "@prometheus-io/codemirror-promql";

// The colours of the page, which reach into the shadow root.
const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: "var(--critical)" },
  { tag: [tags.function(tags.variableName), tags.labelName], color: "var(--link)" },
  { tag: [tags.number, tags.string], color: "var(--warning)" },
  { tag: tags.comment, color: "var(--soft)" },
]);

export function open(area, submit) {
  const host = document.createElement("div");
  host.className = "editor";
  area.before(host);
  const root = host.attachShadow({ mode: "open" });
  const promql = new PromQLExtension().setComplete({ remote: { url: "", apiPrefix: "/api/v1", httpMethod: "GET" } });
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        history(), bracketMatching(), closeBrackets(), autocompletion(), promql.asExtension(),
        syntaxHighlighting(style),
        EditorView.lineWrapping, placeholder("up"), EditorView.theme({}, { dark }),
        EditorView.contentAttributes.of({ "aria-label": "PromQL expression" }),
        EditorView.updateListener.of((update) => { if (update.docChanged) area.value = update.state.doc.toString(); }),
        Prec.highest(keymap.of([{ key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => { submit(); return true; } }])),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
      ],
    }),
  });
  area.hidden = true;
  return view;
}
