/** A whole page: what is the same on all of them, around what is its own. */
import { isAlive, FrameContext, line, useFrame, wish, zone } from "./parts/state.ts";
import { Mark } from "./parts/mark.tsx";
import { Ago, zoneName } from "./parts/time.tsx";
import { Crm } from "./pages/crm.tsx";
import { Overview } from "./pages/overview.tsx";
import { Reports } from "./pages/reports.tsx";
import { Rule } from "./pages/rule.tsx";
import { Schedule } from "./pages/schedule.tsx";
import type { PageView } from "./view.ts";
import { formatPlural } from "../text/figures.ts";

export function Page({ view }: { view: PageView }) {
  return (
    <FrameContext.Provider value={view}>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Top view={view} />
      <main id="content" tabIndex={-1}>
        <Content content={view.content} />
      </main>
      <footer>
        <span>automation-reports {view.version}</span>
        <span>
          Times are {zoneName()}
          {zone.value === "local" ? "; those inside sentences stay UTC" : ""}
        </span>
      </footer>
    </FrameContext.Provider>
  );
}

function Content({ content }: { content: PageView["content"] }) {
  if (content.kind === "overview") return <Overview view={content} />;
  if (content.kind === "crm") return <Crm view={content} />;
  if (content.kind === "rule") return <Rule view={content} />;
  if (content.kind === "schedule") return <Schedule view={content} />;
  if (content.kind === "reports") return <Reports view={content} />;
  return (
    <header class="verdict">
      <h1>
        {content.standing !== null && <Mark of={content.standing} large />}
        {content.headline}
      </h1>
      <p class="first">{content.text}</p>
    </header>
  );
}

function Top({ view: { links, current, crms, signOut } }: { view: PageView }) {
  const item = (href: string, text: string, isCurrent: boolean) => (
    <a href={href} aria-current={isCurrent ? "page" : undefined}>
      {text}
    </a>
  );
  return (
    <header class="top">
      <nav aria-label="Pages">
        {item(links.overview, "Overview", current === "overview")}
        {links.schedule !== null && item(links.schedule, "Schedule", current === "schedule")}
        {item(links.reports, "Reports", current === "reports")}
        {(current === "crm" || current === "rule") && (
          <span class="siblings">
            {crms.map(({ name, standing, href, isCurrent }) => (
              <a key={href} href={href} aria-current={isCurrent ? "page" : undefined}>
                <Mark of={standing} />
                {name}
              </a>
            ))}
          </span>
        )}
      </nav>
      <div class="tools">
        {isAlive.value && <Zone />}
        <LineState />
        {signOut !== null && <SignOut href={signOut} />}
      </div>
    </header>
  );
}

/** Works without a script. */
function SignOut({ href }: { href: string }) {
  return (
    <form method="post" action={href}>
      <button type="submit">Sign out</button>
    </form>
  );
}

function Zone() {
  return (
    <button
      type="button"
      class="zone"
      aria-pressed={zone.value === "local"}
      title="Show times in your own zone"
      onClick={() => {
        zone.value = zone.value === "utc" ? "local" : "utc";
      }}
    >
      {zone.value === "utc" ? "UTC" : "local"}
    </button>
  );
}

/** Whether the page is still true. */
function LineState() {
  const { place } = useFrame();
  const now = line.value;
  if (place === "site" || now.state === "none") return <span class="line" role="status" />;
  const isPaused = now.state === "paused";
  return (
    <>
      <span class={`line ${now.state}`} role="status">
        <SayLine />
      </span>
      {now.state !== "signed-out" && (
        <button
          type="button"
          aria-pressed={isPaused}
          onClick={() => {
            wish.value = isPaused ? "follow" : "pause";
          }}
        >
          {isPaused ? "Go on" : "Pause"}
        </button>
      )}
    </>
  );
}

const LINE_WORDS = { none: "", joining: "connecting", live: "live", "catching-up": "catching up" };

function SayLine() {
  const now = line.value;
  if (now.state === "paused") {
    return <>{now.missed === 0 ? "paused" : `paused, ${formatPlural(now.missed, "change")} to come`}</>;
  }
  if (now.state === "signed-out") {
    return (
      <>
        signed out: <a href="">sign in again</a>
      </>
    );
  }
  if (now.state === "lost") {
    return (
      <>
        line lost: true as of <Ago at={new Date(now.sinceMs).toISOString()} />, trying again
      </>
    );
  }
  return <>{LINE_WORDS[now.state]}</>;
}
