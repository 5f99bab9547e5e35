// The menu's pages. Everything works without this script: 上移 and 下移 move a
// button, and of a button's fields only those that count are kept. It adds
// dragging and Alt with the arrows, shows only the fields of the chosen kind, and
// counts the bytes of a name.
(() => {
  "use strict";
  const list = document.querySelector("[data-menu-list]");
  if (list) {
    const form = document.querySelector("[data-menu-move]");
    const rows = [...list.querySelectorAll("[data-path]")];
    const send = (path, to) => {
      form.elements.path.value = path;
      form.elements.to.value = to;
      form.submit();
    };
    let dragged = null;
    for (const row of rows) {
      row.draggable = true;
      row.querySelector(".outline__grip").hidden = false;
      row.addEventListener("dragstart", (event) => {
        dragged = row;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", row.dataset.path);
        row.classList.add("outline__dragged");
      });
      row.addEventListener("dragend", () => {
        dragged = null;
        for (const r of rows) r.classList.remove("outline__dragged", "outline__over");
      });
      row.addEventListener("dragover", (event) => {
        if (!dragged || dragged === row) return;
        event.preventDefault();
        row.classList.add("outline__over");
      });
      row.addEventListener("dragleave", () => row.classList.remove("outline__over"));
      row.addEventListener("drop", (event) => {
        event.preventDefault();
        if (dragged && dragged !== row) send(dragged.dataset.path, row.dataset.path);
      });
      row.addEventListener("keydown", (event) => {
        if (!event.altKey || event.ctrlKey || event.metaKey || !/^Arrow(Up|Down)$/.test(event.key)) return;
        const button = row.querySelector(event.key === "ArrowUp" ? "[data-up]" : "[data-down]");
        event.preventDefault();
        if (button) button.click();
      });
    }
    const help = document.querySelector("[data-menu-help]");
    if (help) help.hidden = false;
  }

  const item = document.querySelector("[data-menu-item]");
  if (item) {
    const kind = item.elements.kind;
    const fields = [...item.querySelectorAll("[data-for]")];
    const show = () => {
      for (const field of fields) field.hidden = !field.dataset.for.split(" ").includes(kind.value);
    };
    kind.addEventListener("change", show);
    show();
    const count = item.querySelector("[data-bytes]");
    const limit = Number(count.dataset.bytes);
    const bytes = () => {
      const n = new TextEncoder().encode(item.elements.name.value.trim()).length;
      count.textContent = `现有 ${n} 字节，最多 ${limit} 字节${n > limit ? "，太长了" : ""}`;
      count.classList.toggle("field__error", n > limit);
    };
    item.elements.name.addEventListener("input", bytes);
    bytes();
    count.hidden = false;
  }
})();
