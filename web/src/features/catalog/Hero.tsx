import { buttonClass } from "../../shared/ui/Button.tsx";
import { PageHeading } from "../../shared/ui/PageHeading.tsx";
import styles from "./Hero.module.css";

/** The front page's opening. */
export function Hero() {
  return (
    <section className={styles["hero"]}>
      <div className={styles["text"]}>
        <PageHeading title="A small shop for animals" className={styles["heading"]}>
          Good things for the animals you live with.
        </PageHeading>
        <p className={styles["lede"]}>
          Food, beds, toys and tools for dogs, cats and everyone smaller. A short list, chosen slowly.
        </p>
        <p>
          <a href="#shelf" className={buttonClass()}>
            Browse the shelf
          </a>
        </p>
      </div>
      <img
        className={styles["picture"]}
        src="/art/hero.svg"
        alt=""
        width={1600}
        height={900}
        fetchPriority="high"
        loading="eager"
      />
    </section>
  );
}
