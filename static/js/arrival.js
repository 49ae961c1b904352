/**
 * Runs before every module and says so when one doesn't arrive, or the words don't: the page would be silent and dead. The server may be out of
 * reach, so this file has its words with it.
 */
(() => {
  const korean = document.documentElement.lang === "ko";
  const [words, again] = korean
    ? ["페이지의 일부를 받지 못해 제대로 동작하지 않습니다.", "다시 불러오기"]
    : ["Part of this page did not arrive, so it does not work.", "Reload"];

  function tell() {
    if (document.getElementById("missing")) return;
    const notice = document.createElement("p");
    notice.id = "missing";
    notice.className = "missing";
    notice.setAttribute("role", "alert");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = again;
    button.addEventListener("click", () => location.reload());
    notice.append(words, button);
    document.body.append(notice);
  }

  addEventListener("error", ({ target }) => target instanceof HTMLScriptElement && tell(), true);
  // The first words fill what the server left empty; a later promise that breaks is not about arrival.
  addEventListener("unhandledrejection", () => document.querySelector("[data-text]:empty") && tell());
})();
