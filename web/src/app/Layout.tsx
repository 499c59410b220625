import { Outlet, ScrollRestoration, useNavigation } from "react-router";
import { useSessionSync } from "../api/session.ts";
import { Footer } from "./Footer.tsx";
import { Header } from "./Header.tsx";
import styles from "./Layout.module.css";

/** What is around every page. */
export function Layout() {
  useSessionSync();
  const loading = useNavigation().state === "loading";
  return (
    <>
      <a href="#main" className={styles["skip"]}>
        Skip to the content
      </a>
      <div className={styles["progress"]} data-loading={loading || undefined} aria-hidden />
      <Header />
      <main id="main" tabIndex={-1} className={styles["main"]}>
        <Outlet />
      </main>
      <Footer />
      <ScrollRestoration />
    </>
  );
}
