(** As CompareFreeRun.v, for the claims about Theorem 4 with the distortion that is met along the run. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import Stages.
From Analog Require Import FrozenRules FreeSequences FreeAdaptive CompareFree CompareFreeRun.
Local Open Scope R_scope.

Lemma sign_size s y : s ^ 2 = 1 -> 0 <= y -> Rabs (s * y) = y.
Proof.
  intros E Hy. rewrite Rabs_mult, (Rabs_pos_eq y) by exact Hy. replace (Rabs s) with 1; [ring|].
  rewrite <- sqrt_Rsqr_abs, Rsqr_pow2, E. symmetry. apply sqrt_1.
Qed.

(** free.share *)
Lemma compare_free_share (dW_i e_f e_m g_f rho s_f share share_f size_f theta1 : R) :
  0 <= size_f -> 0 <= share -> share <= rho -> 0 <= share_f -> share_f <= rho -> s_f ^ 2 = 1 ->
  g_f = s_f * size_f -> share + (-1) * share_f <= dW_i * theta1 -> (-1) * dW_i * theta1 <= share + (-1) * share_f ->
  e_m + (-1) * e_f <= dW_i * size_f * theta1 -> (-1) * dW_i * size_f * theta1 <= e_m + (-1) * e_f ->
  (e_m + (-1) * e_f + g_f * (share ^ 2 + (-1) * share_f ^ 2) <= dW_i * size_f * theta1 * (1 + 2 * rho)) /\
  ((-1) * dW_i * size_f * theta1 * (1 + 2 * rho) <= e_m + (-1) * e_f + g_f * (share ^ 2 + (-1) * share_f ^ 2)).
Proof.
  intros Size C1 C2 C3 C4 Sign Is Move1 Move2 Drift1 Drift2.
  assert (G : Rabs g_f = size_f) by (rewrite Is; now apply sign_size).
  pose proof (change_of_share rho theta1 dW_i share share_f e_m e_f g_f) as Main. rewrite G in Main.
  specialize (Main ltac:(apply Rabs_le; lra) ltac:(apply Rabs_le; lra) ltac:(apply Rabs_le; lra)
    ltac:(apply Rabs_le; lra)).
  set (change := e_m - e_f + (share ^ 2 - share_f ^ 2) * g_f) in *.
  pose proof (Rle_abs change). pose proof (Rle_abs (- change)). rewrite Rabs_Ropp in *. unfold change in *. lra.
Qed.

(** * Elements, steps and the whole *)

(** What has the same elements is seen the same. *)
Lemma elements_seen {TC} (Crd : functional TC) (X Z : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> (X c : R) = Z c) -> forall y, inner X y = inner Z y.
Proof. intros E y. apply apply_ext. intros c Hc. simpl. now rewrite (E c Hc). Qed.

Lemma steps_seen {P K} {H : space} (X Z : process P K H) :
  (forall h, taken P K h -> forall y, inner (X h) y = inner (Z h) y) -> forall y, inner X y = inner Z y.
Proof. intros E y. apply (average_taken P K). intros h T. apply E, T. Qed.

Lemma steps_at_most {P K} {H H' : space} (X : process P K H) (Z : process P K H') k : 0 <= k ->
  (forall h, taken P K h -> norm (X h) <= k * norm (Z h)) -> norm X <= k * norm Z.
Proof.
  intros Hk L. rewrite <- (Rabs_pos_eq k Hk), <- norm_scal. apply process_norm_le. intros h T.
  change (norm (X h) <= norm (scal k (Z h))). rewrite norm_scal, Rabs_pos_eq by exact Hk. now apply L.
Qed.

Section shared.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables e_ g grad noise share w_twice : history -> TC -> R.
  Variables r rho : R.
  Variables F_k b_k n_k v_k c2g_k : history -> lift Crd (fun _ => real_space).
  Variables b e n unit c2g : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis F_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (v_k h) y = inner (b h) y + inner (e h) y + r * inner (unit h) y.
  Hypothesis n_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (n_k h) y = inner (n h) y.
  Hypothesis b_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (b_k h) y = inner (b h) y.
  Hypothesis g_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    g h c = (F_k h c : R) + (b_k h c : R) + (n_k h c : R).
  Hypothesis e_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    e_ h c = (-1) * (F_k h c : R) + (-1) * (b_k h c : R) + (v_k h c : R).
  Hypothesis grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = (F_k h c : R).
  Hypothesis noise_is : forall h, taken Smp Len h -> forall c, support Crd c -> noise h c = (n_k h c : R).
  Hypothesis c2g_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_twice h c = (c2g_k h c : R).
  Hypothesis c2g_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (c2g_k h) y = inner (c2g h) y.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis share_nonneg : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= share h c.
  Hypothesis share_high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
  Hypothesis twice_made : forall h, taken Smp Len h -> forall c, support Crd c ->
    w_twice h c = share h c ^ 2 * (grad h c + noise h c).

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.
  Let direction_k (h : history) : lift Crd (fun _ => real_space) := plus (plus (F_k h) (b_k h)) (n_k h).
  Let drift_k (h : history) : lift Crd (fun _ => real_space) :=
    plus (plus (scal (-1) (F_k h)) (scal (-1) (b_k h))) (v_k h).

  Lemma gradient_here h : taken Smp Len h -> forall y, inner (F_k h) y = inner (F h) y.
  Proof. intros T y. rewrite (F_at h T). change (F h) with (scal r (unit h)). now rewrite inner_scal. Qed.

  Lemma fresh_here h : taken Smp Len h -> forall y, inner (plus (F_k h) (n_k h)) y = inner (plus (F h) (n h)) y.
  Proof. intros T y. now rewrite !inner_plus, (gradient_here h T), (n_at h T). Qed.

  Lemma direction_here h : taken Smp Len h ->
    forall y, inner (direction_k h) y = inner (plus (plus (F h) (n h)) (b h)) y.
  Proof. exact (direction_seen Smp Len TC Crd r F_k b_k n_k b n unit F_at n_at b_at h). Qed.

  Lemma drift_here h : taken Smp Len h -> forall y, inner (drift_k h) y = inner (e h) y.
  Proof. exact (drift_seen Smp Len TC Crd r F_k b_k v_k b e unit F_at v_at b_at h). Qed.

  Lemma share_squared h c : taken Smp Len h -> support Crd c -> Rabs (share h c ^ 2) <= rho ^ 2.
  Proof.
    intros T Hc. rewrite Rabs_pos_eq by apply pow2_ge_0. apply pow_incr. split; auto.
  Qed.

  (** At every step c^2 (F + n) is at most rho^2 times as long as F + n. *)
  Lemma twice_met h : taken Smp Len h -> norm (c2g h) <= rho ^ 2 * norm (plus (F h) (n h)).
  Proof.
    intros T. rewrite <- (norm_seen _ _ (c2g_at h T)), <- (norm_seen _ _ (fresh_here h T)).
    apply (elements_at_most Crd); [apply pow2_ge_0|]. intros c Hc.
    change (Rabs (c2g_k h c : R) <= rho ^ 2 * Rabs ((F_k h c : R) + (n_k h c : R))).
    rewrite <- (c2g_is h T c Hc), (twice_made h T c Hc), Rabs_mult, <- (grad_is h T c Hc), <- (noise_is h T c Hc).
    apply Rmult_le_compat_r; [apply Rabs_pos | now apply share_squared].
  Qed.

  (** * Step 7 *)

  Section first.
    Variables B_g B_n : R.
    Variables e_m g_f x_m : history -> TC -> R.
    Variables G_f X_m b_n : process Smp Len (lift Crd (fun _ => real_space)).
    Variables Gf_k Xm_k : history -> lift Crd (fun _ => real_space).
    Hypothesis gf_is : forall h, taken Smp Len h -> forall c, support Crd c -> g_f h c = (Gf_k h c : R).
    Hypothesis Gf_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (Gf_k h) y = inner (G_f h) y.
    Hypothesis xm_is : forall h, taken Smp Len h -> forall c, support Crd c -> x_m h c = (Xm_k h c : R).
    Hypothesis Xm_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (Xm_k h) y = inner (X_m h) y.
    Hypothesis lipschitz : forall h, taken Smp Len h -> forall c, support Crd c ->
      (e_ h c + (-1) * e_m h c) ^ 2 <= rho ^ 2 * (g h c + (-1) * g_f h c) ^ 2.
    Hypothesis xm_made : forall h, taken Smp Len h -> forall c, support Crd c ->
      x_m h c = e_m h c + g_f h c * share h c ^ 2.
    Hypothesis B_g_nonneg : 0 <= B_g.
    Hypothesis B_n_nonneg : 0 <= B_n.
    Hypothesis stale_apart : inner G_f G_f + inner b b + inner n n + (-2) * inner G_f b + (-2) * inner G_f n
      + 2 * inner b n + inner unit unit * r ^ 2 + (-2) * inner G_f unit * r + 2 * inner b unit * r
      + 2 * inner n unit * r <= B_g ^ 2.
    Hypothesis fresh_apart : inner G_f G_f + inner n n + (-2) * inner G_f n + inner unit unit * r ^ 2
      + (-2) * inner G_f unit * r + 2 * inner n unit * r <= B_g ^ 2.
    Hypothesis noise_short : inner b_n b_n <= B_n ^ 2.

    (** The drift of the frozen direction, and c^2 times what the fresh direction left it by. *)
    Let settled : process Smp Len (lift Crd (fun _ => real_space)) := fun h c => e_m h c.
    Let change : process Smp Len (lift Crd (fun _ => real_space)) :=
      fun h c => share h c ^ 2 * ((F_k h c : R) + (n_k h c : R) + (-1) * (Gf_k h c : R)).

    Lemma first_seen : forall y, inner (plus (plus e c2g) (scal (-1) X_m)) y
      = inner (plus (plus e (scal (-1) settled)) change) y.
    Proof.
      apply steps_seen. intros h T y.
      change (inner (plus (plus (e h) (c2g h)) (scal (-1) (X_m h))) y
        = inner (plus (plus (e h) (scal (-1) (settled h))) (change h)) y).
      pose proof (elements_seen Crd (plus (c2g_k h) (scal (-1) (Xm_k h)))
        (plus (scal (-1) (settled h)) (change h))) as E.
      specialize (E ltac:(intros c Hc; change ((c2g_k h c : R) + (-1) * (Xm_k h c : R) = (-1) * e_m h c
        + share h c ^ 2 * ((F_k h c : R) + (n_k h c : R) + (-1) * (Gf_k h c : R)));
        rewrite <- (c2g_is h T c Hc), <- (xm_is h T c Hc), <- (gf_is h T c Hc), (twice_made h T c Hc),
          (xm_made h T c Hc), (grad_is h T c Hc), (noise_is h T c Hc); ring) y).
      rewrite !inner_plus, !inner_scal in E. rewrite (c2g_at h T), (Xm_at h T) in E.
      rewrite !inner_plus, !inner_scal. lra.
    Qed.

    Lemma change_short : norm change <= rho ^ 2 * norm (plus (plus F n) (scal (-1) G_f)).
    Proof.
      apply steps_at_most; [apply pow2_ge_0|]. intros h T.
      change (norm (change h) <= rho ^ 2 * norm (plus (plus (F h) (n h)) (scal (-1) (G_f h)))).
      rewrite <- (norm_seen (plus (plus (F_k h) (n_k h)) (scal (-1) (Gf_k h)))
        (plus (plus (F h) (n h)) (scal (-1) (G_f h)))).
      - apply (elements_at_most Crd); [apply pow2_ge_0|]. intros c Hc. unfold change. rewrite Rabs_mult.
        apply Rmult_le_compat_r; [apply Rabs_pos | now apply share_squared].
      - intros y. now rewrite inner_plus, (fresh_here h T), inner_scal, (Gf_at h T), <- inner_scal, <- inner_plus.
    Qed.

    Lemma compare_free_adaptive_first_order :
      (inner X_m X_m + inner c2g c2g + inner e e + (-2) * inner X_m c2g + (-2) * inner X_m e + 2 * inner c2g e
        <= B_g ^ 2 * rho ^ 2 * (1 + rho) ^ 2) /\
      (inner b_n c2g + inner b_n e + (-1) * inner X_m b_n <= B_g * B_n * rho * (1 + rho)).
    Proof using All.
      assert (St : norm (plus (plus (plus F n) b) (scal (-1) G_f)) <= B_g).
      { apply norm_le; [exact B_g_nonneg|]. apply Rle_trans with (2 := stale_apart), Req_le. unfold F.
        by_terms.
        rewrite (inner_sym unit n), (inner_sym unit b), (inner_sym unit G_f), (inner_sym n G_f), (inner_sym b G_f),
          (inner_sym n b). ring. }
      assert (Fr : norm (plus (plus F n) (scal (-1) G_f)) <= B_g).
      { apply norm_le; [exact B_g_nonneg|]. apply Rle_trans with (2 := fresh_apart), Req_le. unfold F.
        by_terms.
        rewrite (inner_sym unit n), (inner_sym unit G_f), (inner_sym n G_f). ring. }
      pose proof (drifts_apart Smp Len TC Crd e_ g r rho F_k b_k n_k v_k b e n unit F_at v_at n_at b_at g_is e_is
        rho_nonneg e_m g_f settled G_f settled Gf_k gf_is Gf_at (fun _ _ _ _ => eq_refl) (fun _ _ _ => eq_refl)
        lipschitz) as Drifts.
      destruct (distorted_first (plus F n) b e G_f settled change b_n rho B_g B_n rho_nonneg Drifts change_short St Fr
        (norm_le b_n B_n B_n_nonneg noise_short)) as [P1 P2].
      rewrite <- (norm_seen _ _ first_seen) in P1. rewrite <- first_seen in P2. split.
      - apply square_at_most in P1. by_terms_in P1.
        rewrite (inner_sym e X_m), (inner_sym c2g X_m), (inner_sym e c2g) in P1. lra.
      - by_terms_in P2. rewrite (inner_sym e b_n), (inner_sym c2g b_n) in P2. lra.
    Qed.
  End first.

  (** * The device *)

  Variable T_i : history -> TC -> R.
  Variables alpha gain : R.
  Variables m s : history -> TC -> R.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis pulse : forall h, taken Smp Len h -> forall c, support Crd c -> g h c = m h c * s h c.
  Hypothesis made : forall h, taken Smp Len h -> forall c, support Crd c ->
    T_i h c = (-1) * alpha * gain * (e_ h c + g h c).
  Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c ->
    T_i h c + alpha * gain * m h c * s h c <= alpha * gain * m h c * share h c.
  Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c ->
    (-1) * alpha * gain * m h c * share h c <= T_i h c + alpha * gain * m h c * s h c.

  Lemma drift_of_element h c : taken Smp Len h -> support Crd c -> Rabs (e_ h c) <= share h c * Rabs (g h c).
  Proof.
    intros T Hc. apply (element_drift (T_i h c) alpha _ _ gain (m h c) _ (s h c)); auto.
    rewrite (made h T c Hc). field. lra.
  Qed.

  Lemma drift_at_most h : taken Smp Len h -> norm (e h) <= rho * norm (plus (plus (F h) (n h)) (b h)).
  Proof.
    intros T. rewrite <- (norm_seen _ _ (drift_here h T)), <- (norm_seen _ _ (direction_here h T)).
    apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
    change (Rabs ((-1) * (F_k h c : R) + (-1) * (b_k h c : R) + (v_k h c : R))
      <= rho * Rabs ((F_k h c : R) + (b_k h c : R) + (n_k h c : R))).
    rewrite <- (e_is h T c Hc), <- (g_is h T c Hc). apply Rle_trans with (1 := drift_of_element h c T Hc).
    apply Rmult_le_compat_r; [apply Rabs_pos | now apply share_high].
  Qed.

  (** * Steps 2 and 4 *)

  Section sample.
    Variables A T_s rbar2 sigma : R.
    Variable peak : history -> R.
    Variables stale w_grad w_noise w_stale : history -> TC -> R.
    Variables cF cn cb : process Smp Len (lift Crd (fun _ => real_space)).
    Variables cF_k cn_k cb_k : history -> lift Crd (fun _ => real_space).
    Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b_k h c : R).
    Hypothesis cF_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = (cF_k h c : R).
    Hypothesis cF_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (cF_k h) y = inner (cF h) y.
    Hypothesis cn_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_noise h c = (cn_k h c : R).
    Hypothesis cn_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (cn_k h) y = inner (cn h) y.
    Hypothesis cb_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (cb_k h c : R).
    Hypothesis cb_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (cb_k h) y = inner (cb h) y.
    Hypothesis rbar2_is : rbar2 = average Smp Len (fun h => peak h).
    Hypothesis cF_known : known Smp Len (lift Crd (fun _ => real_space)) 1 cF.
    Hypothesis cn_differences : differences Smp Len (lift Crd (fun _ => real_space)) cn.
    Hypothesis sampled : forall h, taken Smp Len h -> forall c, support Crd c ->
      g h c = grad h c + noise h c + stale h c.
    Hypothesis cF_made : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = grad h c * share h c.
    Hypothesis cn_made : forall h, taken Smp Len h -> forall c, support Crd c -> w_noise h c = noise h c * share h c.
    Hypothesis cb_made : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = share h c * stale h c.
    Hypothesis A_is : A = inner unit unit * r ^ 2.
    Hypothesis variance : forall h, taken Smp Len h -> inner (cn_k h) (cn_k h) <= peak h * sigma ^ 2.
    Hypothesis T_nonneg : 0 <= T_s.
    Hypothesis T_is : T_s ^ 2 = A * rho ^ 2 + rbar2 * sigma ^ 2.

    Lemma gradient_energy : norm F ^ 2 = A.
    Proof. rewrite norm_sq. unfold F. rewrite inner_scal, inner_scal_r, A_is. ring. Qed.

    Lemma share_abs h c y : taken Smp Len h -> support Crd c -> Rabs (share h c * y) <= rho * Rabs y.
    Proof.
      intros T Hc. rewrite Rabs_mult, (Rabs_pos_eq (share h c)) by auto.
      apply Rmult_le_compat_r; [apply Rabs_pos | now apply share_high].
    Qed.

    Lemma gradient_shared : norm cF <= rho * norm F.
    Proof.
      apply steps_at_most; [exact rho_nonneg|]. intros h T.
      rewrite <- (norm_seen _ _ (cF_at h T)), <- (norm_seen _ _ (gradient_here h T)).
      apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
      rewrite <- (cF_is h T c Hc), (cF_made h T c Hc), <- (grad_is h T c Hc), Rmult_comm. now apply share_abs.
    Qed.

    Lemma staleness_shared : norm cb <= rho * norm b.
    Proof.
      apply steps_at_most; [exact rho_nonneg|]. intros h T.
      rewrite <- (norm_seen _ _ (cb_at h T)), <- (norm_seen _ _ (b_at h T)).
      apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
      rewrite <- (cb_is h T c Hc), (cb_made h T c Hc), <- (stale_is h T c Hc). now apply share_abs.
    Qed.

    Lemma noise_shared_energy : inner cn cn <= rbar2 * sigma ^ 2.
    Proof.
      rewrite rbar2_is, Rmult_comm, <- (apply_scal (average Smp Len)). apply apply_le. intros h T.
      rewrite <- (both_seen _ _ _ _ (cn_at h T) (cn_at h T)), Rmult_comm. now apply variance.
    Qed.

    Lemma shared_here h : taken Smp Len h -> forall y,
      inner (plus (plus (cF_k h) (cn_k h)) (cb_k h)) y = inner (plus (plus (cF h) (cn h)) (cb h)) y.
    Proof. intros T y. now rewrite !inner_plus, (cF_at h T), (cn_at h T), (cb_at h T). Qed.

    Lemma drift_below_shared h : taken Smp Len h -> norm (e h) <= norm (plus (plus (cF h) (cn h)) (cb h)).
    Proof.
      intros T. rewrite <- (Rmult_1_l (norm (plus _ _))).
      rewrite <- (norm_seen _ _ (drift_here h T)), <- (norm_seen _ _ (shared_here h T)).
      apply (elements_at_most Crd); [lra|]. intros c Hc. rewrite Rmult_1_l.
      change (Rabs ((-1) * (F_k h c : R) + (-1) * (b_k h c : R) + (v_k h c : R))
        <= Rabs ((cF_k h c : R) + (cn_k h c : R) + (cb_k h c : R))).
      rewrite <- (e_is h T c Hc), <- (cF_is h T c Hc), <- (cn_is h T c Hc), <- (cb_is h T c Hc).
      rewrite (cF_made h T c Hc), (cn_made h T c Hc), (cb_made h T c Hc).
      apply Rle_trans with (1 := drift_of_element h c T Hc). rewrite (sampled h T c Hc).
      rewrite <- (Rabs_pos_eq (share h c)) at 1 by auto. rewrite <- Rabs_mult. apply Req_le. f_equal. ring.
    Qed.

    Lemma cross_here h : taken Smp Len h -> inner (plus (cF h) (cn h)) (cb h) = inner (c2g h) (b h).
    Proof.
      intros T. rewrite <- (both_seen _ _ _ _ (c2g_at h T) (b_at h T)).
      rewrite <- (both_seen (plus (cF_k h) (cn_k h)) (plus (cF h) (cn h)) (cb_k h) (cb h)).
      - apply apply_ext. intros c Hc.
        change (((cF_k h c : R) + (cn_k h c : R)) * (cb_k h c : R) = (c2g_k h c : R) * (b_k h c : R)).
        rewrite <- (cF_is h T c Hc), <- (cn_is h T c Hc), <- (cb_is h T c Hc), <- (c2g_is h T c Hc),
          <- (stale_is h T c Hc), (cF_made h T c Hc), (cn_made h T c Hc), (cb_made h T c Hc), (twice_made h T c Hc).
        ring.
      - intros y. now rewrite !inner_plus, (cF_at h T), (cn_at h T).
      - exact (cb_at h T).
    Qed.

    Lemma twice_shared : norm c2g <= rho * norm (plus cF cn).
    Proof.
      apply steps_at_most; [exact rho_nonneg|]. intros h T.
      rewrite <- (norm_seen _ _ (c2g_at h T)).
      change (norm (c2g_k h) <= rho * norm (plus (cF h) (cn h))).
      rewrite <- (norm_seen (plus (cF_k h) (cn_k h)) (plus (cF h) (cn h)))
        by (intros y; now rewrite !inner_plus, (cF_at h T), (cn_at h T)).
      apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
      change (Rabs (c2g_k h c : R) <= rho * Rabs ((cF_k h c : R) + (cn_k h c : R))).
      rewrite <- (c2g_is h T c Hc), <- (cF_is h T c Hc), <- (cn_is h T c Hc), (twice_made h T c Hc),
        (cF_made h T c Hc), (cn_made h T c Hc).
      replace (share h c ^ 2 * (grad h c + noise h c))
        with (share h c * (grad h c * share h c + noise h c * share h c)) by ring.
      now apply share_abs.
    Qed.

    Lemma radius_shared : distorted_radius Smp Len F rho (rbar2 * sigma ^ 2) = T_s.
    Proof. unfold distorted_radius. rewrite gradient_energy. apply root_is; [exact T_nonneg|]. lra. Qed.

    Lemma split_shared : norm (plus b e) ^ 2 <= T_s ^ 2 + 2 * inner (plus e c2g) b + (1 + rho ^ 2) * norm b ^ 2.
    Proof.
      rewrite <- radius_shared, (distorted_radius_square Smp Len F cn rho _ noise_shared_energy).
      exact (error_split_distorted Smp Len F b e cF cn cb c2g rho _ cF_known cn_differences noise_shared_energy
        gradient_shared staleness_shared drift_below_shared cross_here).
    Qed.

    Lemma compare_free_adaptive_split : inner b b + inner e e + 2 * inner b e
      <= T_s ^ 2 + 2 * inner b c2g + 2 * inner b e + inner b b * (1 + rho ^ 2).
    Proof using All.
      pose proof split_shared as Sp. rewrite !norm_sq in Sp. rewrite !inner_plus, !inner_plus_r in Sp.
      rewrite (inner_sym e b), (inner_sym c2g b) in Sp. lra.
    Qed.

    Lemma length_shared B : norm b <= B -> norm (plus e c2g) <= (1 + rho) * T_s + rho * B.
    Proof.
      intros Hb. rewrite <- radius_shared.
      exact (drift_and_fresh_distorted Smp Len F b e cF cn cb c2g rho _ rho_nonneg cF_known cn_differences
        noise_shared_energy gradient_shared staleness_shared drift_below_shared B twice_shared Hb).
    Qed.

    Section coherent.
      Variables B_b B_v : R.
      Variable b_v : process Smp Len (lift Crd (fun _ => real_space)).
      Hypothesis B_b_nonneg : 0 <= B_b.
      Hypothesis b_short : inner b b <= B_b ^ 2.
      Hypothesis B_v_nonneg : 0 <= B_v.
      Hypothesis b_v_short : inner b_v b_v <= B_v ^ 2.

      Lemma compare_free_adaptive_coherent : inner b_v c2g + inner b_v e <= B_v * (B_b * rho + T_s * (1 + rho)).
      Proof using All.
        pose proof (coherent_distorted Smp Len F b e cF cn cb c2g rho _ rho_nonneg cF_known cn_differences
          noise_shared_energy gradient_shared staleness_shared drift_below_shared b_v B_b B_v twice_shared
          (norm_le b B_b B_b_nonneg b_short) (norm_le b_v B_v B_v_nonneg b_v_short)) as C.
        rewrite radius_shared, inner_plus, (inner_sym e b_v), (inner_sym c2g b_v) in C. lra.
      Qed.
    End coherent.
  End sample.

  (** * Step 10 *)

  Section remainder.
    Context {H5 H6 : space}.
    Variables B_w Gamma H2 HJ : R.
    Variables len_f len_t m_f m_t t_k : history -> R.
    Variables M_f M_t T_q Z_f Z_t : process Smp Len real_space.
    Variables b_n b_v r_2 : process Smp Len (lift Crd (fun _ => real_space)).
    Variables (dW : process Smp Len H6) (dW_k : history -> H6) (delta : process Smp Len H5) (delta_k : history -> H5).
    Variables r2_k rJ_k : history -> lift Crd (fun _ => real_space).
    Hypothesis delta_at : forall h, taken Smp Len h -> forall y : H5, inner (delta_k h) y = inner (delta h) y.
    Hypothesis dW_at : forall h, taken Smp Len h -> forall y : H6, inner (dW_k h) y = inner (dW h) y.
    Hypothesis r2_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (r2_k h) y = inner (r_2 h) y.
    Hypothesis rJ_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (rJ_k h) y = inner (b h) y + (-1) * inner (b_n h) y + (-1) * inner (b_v h) y + (-1) * inner (r_2 h) y.
    Hypothesis t_at : forall h, taken Smp Len h -> t_k h = (T_q h : R).
    Hypothesis len_t_at : forall h, taken Smp Len h -> len_t h = (M_t h : R) + (Z_t h : R).
    Hypothesis m_t_at : forall h, taken Smp Len h -> m_t h = (M_t h : R).
    Hypothesis len_f_at : forall h, taken Smp Len h -> len_f h = (M_f h : R) + (Z_f h : R).
    Hypothesis m_f_at : forall h, taken Smp Len h -> m_f h = (M_f h : R).
    Hypothesis T_known : known Smp Len real_space 1 T_q.
    Hypothesis Z_t_differences : differences Smp Len real_space Z_t.
    Hypothesis Z_f_differences : differences Smp Len real_space Z_f.
    Hypothesis H2_nonneg : 0 <= H2.
    Hypothesis HJ_nonneg : 0 <= HJ.
    Hypothesis Gamma_nonneg : 0 <= Gamma.
    Hypothesis second_order : forall h, taken Smp Len h ->
      inner (r2_k h) (r2_k h) <= 1 / 4 * inner (delta_k h) (delta_k h) ^ 2 * H2 ^ 2.
    Hypothesis derivative : forall h, taken Smp Len h ->
      inner (rJ_k h) (rJ_k h) <= inner (dW_k h) (dW_k h) * inner (delta_k h) (delta_k h) * HJ ^ 2.
    Hypothesis t_is : forall h, taken Smp Len h -> t_k h = 1 / 2 * inner (delta_k h) (delta_k h) * H2
      + 1 / 2 * HJ * (inner (dW_k h) (dW_k h) + inner (delta_k h) (delta_k h)).
    Hypothesis len_t_nonneg : forall h, taken Smp Len h -> 0 <= len_t h.
    Hypothesis len_t_is : forall h, taken Smp Len h -> len_t h ^ 2 = inner (F_k h) (F_k h) + inner (b_k h) (b_k h)
      + inner (n_k h) (n_k h) + 2 * inner (F_k h) (b_k h) + 2 * inner (F_k h) (n_k h) + 2 * inner (b_k h) (n_k h).
    Hypothesis m_t_short : forall h, taken Smp Len h -> m_t h <= Gamma.
    Hypothesis len_f_nonneg : forall h, taken Smp Len h -> 0 <= len_f h.
    Hypothesis len_f_is : forall h, taken Smp Len h -> len_f h ^ 2 = inner (F_k h) (F_k h) + inner (n_k h) (n_k h)
      + 2 * inner (F_k h) (n_k h).
    Hypothesis m_f_short : forall h, taken Smp Len h -> m_f h <= Gamma.
    Hypothesis dW_short : inner dW dW <= B_w ^ 2.
    Hypothesis delta_short : inner delta delta <= B_w ^ 2.

    Let rest : process Smp Len (lift Crd (fun _ => real_space)) := plus (plus b (scal (-1) b_n)) (scal (-1) b_v).

    Lemma compare_free_adaptive_remainder :
      inner b c2g + inner b e + (-1) * inner b_n c2g + (-1) * inner b_n e + (-1) * inner b_v c2g
        + (-1) * inner b_v e <= Gamma * rho * B_w ^ 2 * (1 + rho) * (HJ + 1 / 2 * H2).
    Proof using All.
      apply Rle_trans with (inner (plus e c2g) rest).
      - unfold rest. by_terms. rewrite (inner_sym e b), (inner_sym e b_n), (inner_sym e b_v), (inner_sym c2g b),
          (inner_sym c2g b_n), (inner_sym c2g b_v). apply Req_le. ring.
      - apply Rle_trans with (rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * B_w ^ 2)); [|apply Req_le; field].
        apply (remainder_distorted Smp Len e c2g rest delta dW (plus M_t Z_t) (plus M_f Z_f) T_q); auto.
        + intros h T. apply Rle_trans with (1 := drift_at_most h T).
          change (rho * norm (plus (plus (F h) (n h)) (b h)) <= rho * ((M_t h : R) + (Z_t h : R))).
          apply Rmult_le_compat_l; [exact rho_nonneg|].
          rewrite <- (len_t_at h T), <- (norm_seen _ _ (direction_here h T)). unfold norm.
          apply Req_le, root_is; [now apply len_t_nonneg|].
          rewrite (len_t_is h T). unfold direction_k. by_terms.
          rewrite (inner_sym (b_k h) (F_k h)), (inner_sym (n_k h) (F_k h)), (inner_sym (n_k h) (b_k h)). ring.
        + intros h T. apply Rle_trans with (1 := twice_met h T).
          change (rho ^ 2 * norm (plus (F h) (n h)) <= rho ^ 2 * ((M_f h : R) + (Z_f h : R))).
          apply Rmult_le_compat_l; [apply pow2_ge_0|]. rewrite <- (len_f_at h T), <- (norm_seen _ _ (fresh_here h T)).
          unfold norm. apply Req_le, root_is; [now apply len_f_nonneg|]. rewrite (len_f_is h T). by_terms.
          rewrite (inner_sym (n_k h) (F_k h)). ring.
        + exact (rest_below Smp Len TC Crd b H2 HJ t_k T_q b_n b_v r_2 dW_k delta_k r2_k rJ_k r2_at rJ_at t_at
            H2_nonneg HJ_nonneg second_order derivative t_is).
        + intros h T. apply Req_le. rewrite <- (t_at h T), (t_is h T).
          rewrite (both_seen _ _ _ _ (delta_at h T) (delta_at h T)), (both_seen _ _ _ _ (dW_at h T) (dW_at h T)). field.
        + exact (lengths_weighed Smp Len Gamma H2 HJ t_k T_q dW_k delta_k t_at T_known H2_nonneg HJ_nonneg t_is len_t
            m_t M_t Z_t m_t_at m_t_short Z_t_differences).
        + exact (lengths_weighed Smp Len Gamma H2 HJ t_k T_q dW_k delta_k t_at T_known H2_nonneg HJ_nonneg t_is len_f
            m_f M_f Z_f m_f_at m_f_short Z_f_differences).
    Qed.
  End remainder.
End shared.
