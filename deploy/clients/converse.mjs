// Acts in Converse.js as a person would. The only argument is the plan, as JSON.
const plan = JSON.parse(process.argv[2]);
const { chromium } = await import(plan.module);

const browser = await chromium.launchPersistentContext(plan.data, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1100, height: 760 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});
const page = browser.pages()[0] ?? await browser.newPage();
page.setDefaultTimeout(plan.patience);
page.on("pageerror", error => console.log("page error:", error.message));

let shots = 0;
async function shot(name) {
  shots += 1;
  await page.screenshot({ path: `${plan.out}/converse-${shots}-${name}.png` });
  console.log(`${name}: saved`);
}

async function say(text, shows) {
  const box = page.locator("textarea.chat-textarea:visible");
  await box.fill(text);
  await box.press("Enter");
  await page.locator(".chat-msg__text", { hasText: shows }).last().waitFor();
  console.log(`${text}: shows ${shows}`);
}

try {
  await page.goto(`${plan.page}?${new URLSearchParams({ jid: plan.jid, password: plan.password, server: plan.server })}`);
  await page.locator("converse-user-profile").first().waitFor();
  await page.locator("#converse-roster, converse-contacts-view, converse-roster").first().waitFor();
  await shot("logged-in");

  await page.locator("converse-contacts-view, converse-roster").first().locator("button.dropdown-toggle, [data-toggle=dropdown], [data-bs-toggle=dropdown]").first().click();
  await page.locator(".add-contact:visible").first().click();
  await page.locator("converse-add-contact-modal input[name=jid]").fill(plan.thing);
  await page.locator("converse-add-contact-modal [type=submit]").click();
  const contact = page.locator("converse-roster .list-item, converse-contacts-view .list-item", { hasText: /living/i }).first();
  await contact.waitFor();
  await contact.click();
  await page.locator("textarea.chat-textarea:visible").waitFor();
  await say("status", "Temperature:");
  await say("set 21.5", "Target: 21.5 °C.");
  await say("set mode", "2) heat");
  await say("2", "Mode: heat.");
  await page.locator(".chat-msg__avatar img, .chat-msg converse-avatar img, converse-chat-message converse-avatar image").first().waitFor({ state: "attached" });
  await shot("chat");

  await page.locator("converse-user-profile .show-client-info").click();
  await page.locator("converse-adhoc-commands input[name=jid]").fill(plan.thing);
  await page.locator("converse-adhoc-commands [type=submit]").first().click();
  await page.locator("[data-command-node=set]").click();
  const target = page.locator("converse-adhoc-commands input[name=target]");
  await target.waitFor();
  await target.fill("20");
  await shot("form");
  await page.locator("converse-adhoc-commands input[type=submit][value=Complete], converse-adhoc-commands [data-action=complete]").first().click();
  const note = page.locator("converse-adhoc-commands").getByText("Target: 20 °C.").last();
  await note.waitFor();
  await note.scrollIntoViewIfNeeded();
  await shot("done");
} catch (error) {
  await shot("failure");
  console.log(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
}
