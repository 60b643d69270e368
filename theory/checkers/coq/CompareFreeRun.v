(** As CompareRuns.v, for the claims about a run of Theorem 4: what meets the staleness, the frozen point, windows. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import FrozenRules FreeSequences CompareFree.
From Analog Require Import Stages.
From Analog Require Device FreeAsynchrony.
Local Open Scope R_scope.

(** Inner products of sums, term by term. *)
Ltac by_terms := rewrite ?inner_plus, ?inner_plus_r, ?inner_scal, ?inner_scal_r, ?inner_plus, ?inner_plus_r,
  ?inner_scal, ?inner_scal_r, ?inner_plus_r, ?inner_scal_r.
Ltac by_terms_in H := rewrite ?inner_plus, ?inner_plus_r, ?inner_scal, ?inner_scal_r, ?inner_plus, ?inner_plus_r,
  ?inner_scal, ?inner_scal_r, ?inner_plus_r, ?inner_scal_r in H.

(** * The drift *)

Section drift.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables e_ g : history -> TC -> R.
  Variables r rho : R.
  Variables F_k b_k n_k v_k : history -> lift Crd (fun _ => real_space).
  Variables b e n unit : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis some : (0 < Len)%nat.
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
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis unit_short : inner unit unit <= 1.
  Hypothesis unit_or_none : inner unit unit * r ^ 2 = r ^ 2.
  Hypothesis rho_nonneg : 0 <= rho.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.
  Let direction_k (h : history) : lift Crd (fun _ => real_space) := plus (plus (F_k h) (b_k h)) (n_k h).
  Let drift_k (h : history) : lift Crd (fun _ => real_space) :=
    plus (plus (scal (-1) (F_k h)) (scal (-1) (b_k h))) (v_k h).

  Lemma direction_seen h : taken Smp Len h ->
    forall y, inner (direction_k h) y = inner (plus (plus (F h) (n h)) (b h)) y.
  Proof.
    intros T y. unfold direction_k. rewrite !inner_plus, (F_at h T), (n_at h T), (b_at h T).
    change (F h) with (scal r (unit h)). rewrite inner_scal. ring.
  Qed.

  Lemma drift_seen h : taken Smp Len h -> forall y, inner (drift_k h) y = inner (e h) y.
  Proof.
    intros T y. unfold drift_k. rewrite !inner_plus, !inner_scal, (F_at h T), (v_at h T), (b_at h T). ring.
  Qed.

  (** * Step 7 *)

  Section first.
    Variables B_g B_n : R.
    Variables e_m g_f : history -> TC -> R.
    Variables E_m G_f b_n : process Smp Len (lift Crd (fun _ => real_space)).
    Variables Em_k Gf_k : history -> lift Crd (fun _ => real_space).
    Hypothesis gf_is : forall h, taken Smp Len h -> forall c, support Crd c -> g_f h c = (Gf_k h c : R).
    Hypothesis Gf_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (Gf_k h) y = inner (G_f h) y.
    Hypothesis em_is : forall h, taken Smp Len h -> forall c, support Crd c -> e_m h c = (Em_k h c : R).
    Hypothesis Em_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
      inner (Em_k h) y = inner (E_m h) y.
    Hypothesis lipschitz : forall h, taken Smp Len h -> forall c, support Crd c ->
      (e_ h c + (-1) * e_m h c) ^ 2 <= rho ^ 2 * (g h c + (-1) * g_f h c) ^ 2.
    Hypothesis B_g_nonneg : 0 <= B_g.
    Hypothesis B_n_nonneg : 0 <= B_n.
    Hypothesis stale : inner G_f G_f + inner b b + inner n n + (-2) * inner G_f b + (-2) * inner G_f n
      + 2 * inner b n + inner unit unit * r ^ 2 + (-2) * inner G_f unit * r + 2 * inner b unit * r
      + 2 * inner n unit * r <= B_g ^ 2.
    Hypothesis fresh : inner G_f G_f + inner n n + (-2) * inner G_f n + inner unit unit * r ^ 2
      + (-2) * inner G_f unit * r + 2 * inner n unit * r <= B_g ^ 2.
    Hypothesis noise : inner b_n b_n <= B_n ^ 2.

    Lemma drifts_apart : norm (plus e (scal (-1) E_m)) <= rho * norm (plus (plus (plus F n) b) (scal (-1) G_f)).
    Proof.
      rewrite <- (Rabs_pos_eq rho rho_nonneg), <- norm_scal. apply process_norm_le. intros h T.
      change (norm (plus (e h) (scal (-1) (E_m h)))
        <= norm (scal rho (plus (plus (plus (F h) (n h)) (b h)) (scal (-1) (G_f h))))).
      rewrite norm_scal, Rabs_pos_eq by exact rho_nonneg.
      rewrite <- (norm_seen (plus (drift_k h) (scal (-1) (Em_k h))) (plus (e h) (scal (-1) (E_m h)))),
        <- (norm_seen (plus (direction_k h) (scal (-1) (Gf_k h)))
          (plus (plus (plus (F h) (n h)) (b h)) (scal (-1) (G_f h)))).
      - apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
        change (Rabs ((-1) * (F_k h c : R) + (-1) * (b_k h c : R) + (v_k h c : R) + (-1) * (Em_k h c : R))
          <= rho * Rabs ((F_k h c : R) + (b_k h c : R) + (n_k h c : R) + (-1) * (Gf_k h c : R))).
        rewrite <- (e_is h T c Hc), <- (g_is h T c Hc), <- (gf_is h T c Hc), <- (em_is h T c Hc).
        apply Rsqr_incr_0; [|apply Rabs_pos | apply Rmult_le_pos; [exact rho_nonneg | apply Rabs_pos]].
        rewrite !Rsqr_pow2, Rpow_mult_distr, !pow2_abs. now apply lipschitz.
      - intros y. rewrite !inner_plus, !inner_scal, (direction_seen h T), (Gf_at h T), !inner_plus. reflexivity.
      - intros y. rewrite !inner_plus, !inner_scal, (drift_seen h T), (Em_at h T). reflexivity.
    Qed.

    Lemma compare_free_first_order :
      (inner E_m E_m + inner e e + (-2) * inner E_m e + inner G_f G_f * rho ^ 4 + inner n n * rho ^ 4
        + (-2) * inner E_m n * rho ^ 2 + (-2) * inner G_f e * rho ^ 2 + (-2) * inner G_f n * rho ^ 4
        + 2 * inner E_m G_f * rho ^ 2 + 2 * inner e n * rho ^ 2 + inner unit unit * r ^ 2 * rho ^ 4
        + (-2) * inner E_m unit * r * rho ^ 2 + (-2) * inner G_f unit * r * rho ^ 4 + 2 * inner e unit * r * rho ^ 2
        + 2 * inner n unit * r * rho ^ 4 <= B_g ^ 2 * rho ^ 2 * (1 + rho) ^ 2) /\
      (inner b_n e + (-1) * inner E_m b_n + inner b_n n * rho ^ 2 + (-1) * inner G_f b_n * rho ^ 2
        + inner b_n unit * r * rho ^ 2 <= B_g * B_n * rho * (1 + rho)).
    Proof using All.
      assert (St : norm (plus (plus (plus F n) b) (scal (-1) G_f)) <= B_g).
      { apply norm_le; [exact B_g_nonneg|]. apply Rle_trans with (2 := stale), Req_le. unfold F.
        by_terms.
        rewrite (inner_sym unit n), (inner_sym unit b), (inner_sym unit G_f), (inner_sym n G_f), (inner_sym b G_f),
          (inner_sym n b). ring. }
      assert (Fr : norm (plus (plus F n) (scal (-1) G_f)) <= B_g).
      { apply norm_le; [exact B_g_nonneg|]. apply Rle_trans with (2 := fresh), Req_le. unfold F.
        by_terms.
        rewrite (inner_sym unit n), (inner_sym unit G_f), (inner_sym n G_f). ring. }
      destruct (first_product (plus F n) b e G_f E_m b_n rho B_g B_n rho_nonneg drifts_apart St Fr
        (norm_le b_n B_n B_n_nonneg noise)) as [P1 P2]. split.
      - apply square_at_most in P1. unfold F in P1.
        by_terms_in P1.
        rewrite (inner_sym e E_m), (inner_sym e G_f), (inner_sym n E_m), (inner_sym n G_f), (inner_sym unit E_m),
          (inner_sym unit G_f), (inner_sym n e), (inner_sym unit e), (inner_sym unit n), (inner_sym G_f E_m) in P1. lra.
      - unfold F in P2. rewrite !inner_plus, !inner_scal, !inner_plus, !inner_scal in P2.
        rewrite (inner_sym e b_n), (inner_sym n b_n), (inner_sym unit b_n) in P2. lra.
    Qed.
  End first.

  (** * The device *)

  Variable T_ : history -> TC -> R.
  Variables alpha gain : R.
  Variables m s : history -> TC -> R.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis pulse : forall h, taken Smp Len h -> forall c, support Crd c -> g h c = m h c * s h c.
  Hypothesis made : forall h, taken Smp Len h -> forall c, support Crd c ->
    T_ h c = (-1) * alpha * gain * (e_ h c + g h c).
  Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c ->
    T_ h c + alpha * gain * m h c * s h c <= alpha * gain * m h c * rho.
  Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c ->
    (-1) * alpha * gain * m h c * rho <= T_ h c + alpha * gain * m h c * s h c.

  Lemma drift_at_step h : taken Smp Len h -> norm (drift_k h) <= rho * norm (direction_k h).
  Proof.
    intros T. apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
    change (Rabs ((-1) * (F_k h c : R) + (-1) * (b_k h c : R) + (v_k h c : R))
      <= rho * Rabs ((F_k h c : R) + (b_k h c : R) + (n_k h c : R))).
    rewrite <- (e_is h T c Hc), <- (g_is h T c Hc).
    apply (element_drift (T_ h c) alpha _ _ gain (m h c) _ (s h c)); auto.
    rewrite (made h T c Hc). field. lra.
  Qed.

  Lemma drift_met h : taken Smp Len h -> norm (e h) <= rho * norm (plus (plus (F h) (n h)) (b h)).
  Proof.
    intros T. rewrite <- (norm_seen _ _ (drift_seen h T)), <- (norm_seen _ _ (direction_seen h T)).
    now apply drift_at_step.
  Qed.

  Lemma drift_whole : norm e <= rho * norm (plus (plus F n) b).
  Proof.
    rewrite <- (Rabs_pos_eq rho rho_nonneg), <- norm_scal. apply process_norm_le. intros h T.
    change (norm (e h) <= norm (scal rho (plus (plus (F h) (n h)) (b h)))).
    rewrite norm_scal, Rabs_pos_eq by exact rho_nonneg. now apply drift_met.
  Qed.

  (** * Steps 2 and 4 *)

  Section sample.
    Variables A R_ sigma : R.
    Hypothesis unit_known : known Smp Len (lift Crd (fun _ => real_space)) 1 unit.
    Hypothesis n_differences : differences Smp Len (lift Crd (fun _ => real_space)) n.
    Hypothesis sigma_nonneg : 0 <= sigma.
    Hypothesis variance : inner n n <= sigma ^ 2.
    Hypothesis A_is : A = inner unit unit * r ^ 2.
    Hypothesis R_nonneg : 0 <= R_.
    Hypothesis R_is : R_ ^ 2 = A + sigma ^ 2.

    Lemma fresh_short : norm (plus F n) <= R_.
    Proof.
      pose proof (gradient_and_noise Smp Len F n sigma n_differences (known_scal r unit unit_known) variance) as G.
      unfold radius in G. rewrite (norm_sq F) in G. unfold F at 2 3 in G. rewrite inner_scal, inner_scal_r in G.
      replace (r * (r * inner unit unit)) with A in G by (rewrite A_is; ring).
      now rewrite (root_is R_ _ R_nonneg R_is) in G.
    Qed.

    Lemma compare_free_split : inner b b + inner e e + 2 * inner b e
      <= 2 * inner b e + inner b b * (1 + rho ^ 2) + R_ ^ 2 * rho ^ 2 + 2 * inner b n * rho ^ 2
        + 2 * inner b unit * r * rho ^ 2.
    Proof using All.
      pose proof (error_split F n b e rho R_ fresh_short drift_whole) as Sp. rewrite !norm_sq in Sp.
      unfold F in Sp. rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_plus, !inner_scal in Sp.
      rewrite (inner_sym e b), (inner_sym n b), (inner_sym unit b) in Sp. lra.
    Qed.

    Section coherent.
      Variables B_b B_v : R.
      Variable b_v : process Smp Len (lift Crd (fun _ => real_space)).
      Hypothesis B_b_nonneg : 0 <= B_b.
      Hypothesis b_short : inner b b <= B_b ^ 2.
      Hypothesis B_v_nonneg : 0 <= B_v.
      Hypothesis b_v_short : inner b_v b_v <= B_v ^ 2.

      Lemma compare_free_coherent : inner b_v e + inner b_v n * rho ^ 2 + inner b_v unit * r * rho ^ 2
        <= B_v * (B_b * rho + R_ * rho * (1 + rho)).
      Proof using All.
        pose proof (coherent_product F n b e rho R_ rho_nonneg fresh_short drift_whole B_b
          (norm_le b B_b B_b_nonneg b_short) b_v B_v (norm_le b_v B_v B_v_nonneg b_v_short)) as C.
        unfold F in C. rewrite !inner_plus, !inner_scal, !inner_plus, !inner_scal in C.
        rewrite (inner_sym e b_v), (inner_sym n b_v), (inner_sym unit b_v) in C. lra.
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

    Lemma T_nonneg h : taken Smp Len h -> 0 <= (T_q h : R).
    Proof.
      intros T. rewrite <- (t_at h T), (t_is h T). pose proof (inner_pos (delta_k h)). pose proof (inner_pos (dW_k h)).
      apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; lra.
    Qed.

    Lemma rest_below h : taken Smp Len h -> norm (rest h) <= T_q h.
    Proof.
      intros T. rewrite <- (norm_seen (plus (r2_k h) (rJ_k h)) (rest h)).
      - apply Rle_trans with (1 := minkowski _ _). change (norm (r2_k h) + norm (rJ_k h) <= (T_q h : R)).
        rewrite <- (t_at h T), (t_is h T).
        pose proof (inner_pos (delta_k h)) as Pd. pose proof (inner_pos (dW_k h)) as Pw.
        set (d := inner (delta_k h) (delta_k h)) in *. set (w := inner (dW_k h) (dW_k h)) in *.
        assert (norm (r2_k h) <= 1 / 2 * d * H2).
        { apply norm_le; [repeat apply Rmult_le_pos; lra|]. apply Rle_trans with (1 := second_order h T), Req_le.
          fold d. field. }
        assert (norm (rJ_k h) <= 1 / 2 * HJ * (w + d)).
        { apply norm_le; [repeat apply Rmult_le_pos; lra|]. apply Rle_trans with (1 := derivative h T). fold d w.
          pose proof (Rmult_le_pos _ _ (pow2_ge_0 HJ) (pow2_ge_0 (w - d))). lra. }
        lra.
      - intros y. unfold rest. change ((plus (plus b (scal (-1) b_n)) (scal (-1) b_v) : process Smp Len _) h)
          with (plus (plus (b h) (scal (-1) (b_n h))) (scal (-1) (b_v h))).
        by_terms. rewrite (r2_at h T), (rJ_at h T). ring.
    Qed.

    Lemma lengths_weighed (len mid : history -> R) (Mid Around : process Smp Len real_space) :
      (forall h, taken Smp Len h -> mid h = (Mid h : R)) -> (forall h, taken Smp Len h -> mid h <= Gamma) ->
      differences Smp Len real_space Around -> inner (plus Mid Around) T_q <= Gamma * average Smp Len T_q.
    Proof.
      intros At Short D. rewrite inner_plus, (inner_sym Around), (known_orthogonal Smp Len Around T_q D T_known).
      rewrite Rplus_0_r.
      rewrite <- (apply_scal (average Smp Len)). apply apply_le. intros h T.
      change ((Mid h : R) * (T_q h : R) <= Gamma * (T_q h : R)). apply Rmult_le_compat_r; [now apply T_nonneg|].
      rewrite <- (At h T). now apply Short.
    Qed.

    Lemma compare_free_remainder :
      inner b e + (-1) * inner b_n e + (-1) * inner b_v e + inner b n * rho ^ 2 + (-1) * inner b_n n * rho ^ 2
        + (-1) * inner b_v n * rho ^ 2 + inner b unit * r * rho ^ 2 + (-1) * inner b_n unit * r * rho ^ 2
        + (-1) * inner b_v unit * r * rho ^ 2 <= Gamma * rho * B_w ^ 2 * (1 + rho) * (HJ + 1 / 2 * H2).
    Proof using All.
      pose proof (remainder_at_most Smp Len (plus e (scal (rho ^ 2) (plus F n))) rest delta dW (plus M_t Z_t)
        (plus M_f Z_f) T_q rho Gamma H2 HJ B_w rho_nonneg Gamma_nonneg H2_nonneg HJ_nonneg) as Main.
      apply Rle_trans with (inner (plus e (scal (rho ^ 2) (plus F n))) rest).
      - unfold rest, F. by_terms. rewrite (inner_sym e b), (inner_sym e b_n), (inner_sym e b_v), (inner_sym n b),
          (inner_sym n b_n), (inner_sym n b_v), (inner_sym unit b), (inner_sym unit b_n), (inner_sym unit b_v).
        apply Req_le. ring.
      - apply Rle_trans with (rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * B_w ^ 2)); [|apply Req_le; field].
        apply Main; auto.
        + intros h T. change (norm (plus (e h) (scal (rho ^ 2) (plus (F h) (n h))))
            <= rho * ((M_t h : R) + (Z_t h : R)) + rho ^ 2 * ((M_f h : R) + (Z_f h : R))).
          rewrite <- (len_t_at h T), <- (len_f_at h T). apply Rle_trans with (1 := minkowski _ _).
          rewrite norm_scal, Rabs_pos_eq by apply pow2_ge_0. apply Rplus_le_compat.
          * apply Rle_trans with (1 := drift_met h T), Rmult_le_compat_l; [exact rho_nonneg|].
            rewrite <- (norm_seen _ _ (direction_seen h T)). unfold norm.
            apply Req_le, root_is; [now apply len_t_nonneg|].
            rewrite (len_t_is h T). unfold direction_k. by_terms.
            rewrite (inner_sym (b_k h) (F_k h)), (inner_sym (n_k h) (F_k h)), (inner_sym (n_k h) (b_k h)). ring.
          * apply Rmult_le_compat_l; [apply pow2_ge_0|]. rewrite <- (norm_seen (plus (F_k h) (n_k h))).
            -- unfold norm. apply Req_le, root_is; [now apply len_f_nonneg|]. rewrite (len_f_is h T). by_terms.
               rewrite (inner_sym (n_k h) (F_k h)). ring.
            -- intros y. by_terms. rewrite (F_at h T), (n_at h T). change (F h) with (scal r (unit h)). by_terms. ring.
        + exact rest_below.
        + intros h T. apply Req_le. rewrite <- (t_at h T), (t_is h T).
          rewrite (both_seen _ _ _ _ (delta_at h T) (delta_at h T)), (both_seen _ _ _ _ (dW_at h T) (dW_at h T)). field.
        + now apply (lengths_weighed len_t m_t).
        + now apply (lengths_weighed len_f m_f).
    Qed.
  End remainder.
End drift.

(** * Step 8, through the weight *)

Section second.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Context {H1 : space}.
  Variables B_g B_w theta1 : R.
  Variables bn_i dW_i e_f e_m gb_i s_n size_f size_n : history -> TC -> R.
  Variable len_0 : history -> R.
  Variables E_f E_m b_n dW gb_n : process Smp Len (lift Crd (fun _ => real_space)).
  Variables Ef_k Em_k bn_k dW_k gb_k : history -> lift Crd (fun _ => real_space).
  Variables (G_f : process Smp Len H1) (Gf_k : history -> H1).
  Hypothesis em_is : forall h, taken Smp Len h -> forall c, support Crd c -> e_m h c = (Em_k h c : R).
  Hypothesis ef_is : forall h, taken Smp Len h -> forall c, support Crd c -> e_f h c = (Ef_k h c : R).
  Hypothesis dW_is : forall h, taken Smp Len h -> forall c, support Crd c -> dW_i h c = (dW_k h c : R).
  Hypothesis bn_is : forall h, taken Smp Len h -> forall c, support Crd c -> bn_i h c = (bn_k h c : R).
  Hypothesis gb_is : forall h, taken Smp Len h -> forall c, support Crd c -> gb_i h c = (gb_k h c : R).
  Hypothesis Gf_at : forall h, taken Smp Len h -> forall y : H1, inner (Gf_k h) y = inner (G_f h) y.
  Hypothesis Em_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (Em_k h) y = inner (E_m h) y.
  Hypothesis Ef_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (Ef_k h) y = inner (E_f h) y.
  Hypothesis dW_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (dW_k h) y = inner (dW h) y.
  Hypothesis bn_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (bn_k h) y = inner (b_n h) y.
  Hypothesis gb_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (gb_k h) y = inner (gb_n h) y.
  Hypothesis theta1_nonneg : 0 <= theta1.
  Hypothesis dW_nonneg : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= dW_i h c.
  Hypothesis len_nonneg : forall h, taken Smp Len h -> 0 <= len_0 h.
  Hypothesis len_is : forall h, taken Smp Len h -> len_0 h ^ 2 = inner (Gf_k h) (Gf_k h).
  Hypothesis element : forall h, taken Smp Len h -> forall c, support Crd c -> size_f h c <= len_0 h.
  Hypothesis above : forall h, taken Smp Len h -> forall c, support Crd c ->
    e_m h c + (-1) * e_f h c <= dW_i h c * size_f h c * theta1.
  Hypothesis below : forall h, taken Smp Len h -> forall c, support Crd c ->
    (-1) * dW_i h c * size_f h c * theta1 <= e_m h c + (-1) * e_f h c.
  Hypothesis bn_made : forall h, taken Smp Len h -> forall c, support Crd c -> bn_i h c = s_n h c * size_n h c.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s_n h c ^ 2 = 1.
  Hypothesis gb_made : forall h, taken Smp Len h -> forall c, support Crd c -> gb_i h c = len_0 h * size_n h c.
  Hypothesis B_w_nonneg : 0 <= B_w.
  Hypothesis moved : inner dW dW <= B_w ^ 2.
  Hypothesis B_g_nonneg : 0 <= B_g.
  Hypothesis weighted : inner gb_n gb_n <= B_g ^ 2.

  Lemma len_norm h : taken Smp Len h -> norm (G_f h) = len_0 h.
  Proof.
    intros T. rewrite <- (norm_seen _ _ (Gf_at h T)). apply root_is; [now apply len_nonneg | now apply len_is].
  Qed.

  Lemma compare_free_second : inner E_m b_n + (-1) * inner E_f b_n <= B_g * B_w * theta1.
  Proof using All.
    replace (inner E_m b_n + (-1) * inner E_f b_n) with (inner (plus E_m (scal (-1) E_f)) b_n) by (by_terms; ring).
    replace (B_g * B_w * theta1) with (theta1 * B_w * B_g) by ring.
    apply (second_product Smp Len G_f dW); [exact theta1_nonneg | now apply norm_le | |].
    - intros h T. change ((plus E_m (scal (-1) E_f) : process Smp Len _) h) with (plus (E_m h) (scal (-1) (E_f h))).
      rewrite (len_norm h T), <- (norm_seen _ _ (dW_at h T)).
      rewrite <- (norm_seen (plus (Em_k h) (scal (-1) (Ef_k h))) (plus (E_m h) (scal (-1) (E_f h)))).
      + replace (theta1 * (norm (dW_k h) * len_0 h)) with (theta1 * len_0 h * norm (dW_k h)) by ring.
        apply (elements_at_most Crd); [apply Rmult_le_pos; auto|]. intros c Hc.
        change (Rabs ((Em_k h c : R) + (-1) * (Ef_k h c : R)) <= theta1 * len_0 h * Rabs (dW_k h c : R)).
        rewrite <- (em_is h T c Hc), <- (ef_is h T c Hc), <- (dW_is h T c Hc), (Rabs_pos_eq (dW_i h c)) by auto.
        assert (Far : dW_i h c * size_f h c * theta1 <= theta1 * len_0 h * dW_i h c).
        { replace (theta1 * len_0 h * dW_i h c) with (dW_i h c * len_0 h * theta1) by ring.
          apply Rmult_le_compat_r; [exact theta1_nonneg|]. apply Rmult_le_compat_l; auto. }
        pose proof (above h T c Hc). pose proof (below h T c Hc). apply Rabs_le. lra.
      + intros y. by_terms. now rewrite (Em_at h T), (Ef_at h T).
    - apply Rle_trans with (norm gb_n); [|now apply norm_le].
      apply (process_norm_le Smp Len ((fun h => norm (G_f h) * norm (b_n h)) : process Smp Len real_space) gb_n).
      intros h T. rewrite (len_norm h T), <- (norm_seen _ _ (bn_at h T)), <- (norm_seen _ _ (gb_at h T)).
      change (norm (H := real_space) (len_0 h * norm (bn_k h)) <= norm (gb_k h)).
      replace (norm (H := real_space) (len_0 h * norm (bn_k h))) with (norm (scal (len_0 h) (bn_k h))).
      + rewrite <- (Rmult_1_l (norm (gb_k h))). apply (elements_at_most Crd); [lra|]. intros c Hc.
        change (Rabs (len_0 h * (bn_k h c : R)) <= 1 * Rabs (gb_k h c : R)).
        rewrite <- (bn_is h T c Hc), <- (gb_is h T c Hc), (bn_made h T c Hc), (gb_made h T c Hc), Rmult_1_l.
        rewrite !Rabs_mult. replace (Rabs (s_n h c)) with 1; [lra|].
        rewrite <- sqrt_Rsqr_abs, Rsqr_pow2, (sign h T c Hc). symmetry. apply sqrt_1.
      + rewrite norm_scal, Rabs_pos_eq by auto. unfold norm at 2. simpl (inner _ _).
        rewrite sqrt_square; [reflexivity|]. apply Rmult_le_pos; [auto | apply norm_nonneg].
  Qed.
End second.

(** free.linear *)
Lemma compare_free_linear (dW_i m m_0 rho s s_0 s_w tau w w_0 : R) :
  s ^ 2 = 1 -> s_0 ^ 2 = 1 -> s_w ^ 2 = 1 -> 0 <= m -> 0 <= m_0 -> 0 <= dW_i -> 0 < tau -> 0 <= rho ->
  w <= rho * tau -> (-1) * rho * tau <= w -> w + (-1) * w_0 = dW_i * s_w ->
  (/ tau ^ 2 * w ^ 2 * (m + (-1) * m_0) ^ 2 <= rho ^ 2 * (m * s + (-1) * m_0 * s_0) ^ 2) /\
  (m * / tau * (w + (-1) * w_0) <= dW_i * m * / tau) /\ ((-1) * dW_i * m * / tau <= m * / tau * (w + (-1) * w_0)).
Proof.
  intros Hs Hs0 Hsw Hm Hm0 Hd Ht Hr Up Low Move.
  assert (One : forall y, y ^ 2 = 1 -> Rabs y = 1).
  { intros y E. rewrite <- sqrt_Rsqr_abs, Rsqr_pow2, E. apply sqrt_1. }
  assert (Size : forall y z, y ^ 2 = 1 -> 0 <= z -> Rabs (z * y) = z).
  { intros y z E Hz. rewrite Rabs_mult, (One y E), Rabs_pos_eq by exact Hz. ring. }
  assert (Sat : Rabs w <= rho * tau) by (apply Rabs_le; lra).
  destruct (FreeAsynchrony.linear_drift_lipschitz tau rho 1 w w_0 (m * s) (m_0 * s_0) Ht Rlt_0_1 Sat) as [D _].
  destruct (FreeAsynchrony.linear_drift_lipschitz tau rho 1 w w_0 (m_0 * s_0) (m * s) Ht Rlt_0_1 Sat) as [_ W].
  rewrite !FreeAsynchrony.linear_drift in D, W by lra. rewrite (Size s m Hs Hm) in D, W.
  rewrite (Size s_0 m_0 Hs0 Hm0) in D.
  split.
  - pose proof (pow_incr _ _ 2 (conj (Rabs_pos _) D)) as Q. rewrite Rpow_mult_distr, !pow2_abs in Q.
    replace (m * s + (-1) * m_0 * s_0) with (m * s - m_0 * s_0) by ring.
    apply Rle_trans with (2 := Q), Req_le. field. lra.
  - replace (w - w_0) with (dW_i * s_w) in W by lra. rewrite (Size s_w dW_i Hsw Hd) in W.
    rewrite Move. replace (m * (w / tau) - m * (w_0 / tau)) with (m * / tau * (w + (-1) * w_0)) in W
      by (unfold Rdiv; ring). rewrite Move in W.
    pose proof (Rle_abs (m * / tau * (dW_i * s_w))). pose proof (Rle_abs (- (m * / tau * (dW_i * s_w)))).
    rewrite Rabs_Ropp in *. split; lra.
Qed.

(** * Windows *)

Lemma vsum_same {P K} {H : space} (z z' : nat -> process P K H) N :
  (forall k h, taken P K h -> z k h = z' k h) -> forall y, inner (vsum N z) y = inner (vsum N z') y.
Proof.
  intros E y. rewrite !inner_vsum. apply sum_ext. intros k _. apply (average_taken P K). intros h T. now rewrite E.
Qed.

Lemma delayed_next {P K} {H : space} (X : nat -> process P K H) (z : nat -> process P K H) :
  (forall k h, taken P K h -> z k h = delayed P K H (k + 1) (X k) h) ->
  forall k h, taken P K h -> z k h = (delayed P K H (S k) (X k) : process P K H) h.
Proof. intros E k h T. rewrite (E k h T), Nat.add_1_r. reflexivity. Qed.

(** free.orthogonal *)
Lemma compare_free_orthogonal (Smp : sampler) (Len : nat) {H4 H6 : space} (alpha rho : R) (E_f : process Smp Len H4)
  (Ef_k : history -> H4) (G_f : process Smp Len H4) (G_fresh : nat -> process Smp Len H6) (Gf_k : history -> H4)
  (H_k : nat -> history -> H6) (Theta W_s : nat -> process Smp Len H6) (Ws_k : nat -> history -> H6)
  (b_n : process Smp Len H4) (bn_k : history -> H4) (n_s z_s : nat -> process Smp Len H6) (D : nat) :
  (forall h, taken Smp Len h -> forall y : H4, inner (Gf_k h) y = inner (G_f h) y) ->
  (forall h, taken Smp Len h -> forall y : H4, inner (Ef_k h) y = inner (E_f h) y) ->
  (forall h, taken Smp Len h -> forall y : H4, inner (bn_k h) y = inner (b_n h) y) ->
  (forall k h, taken Smp Len h -> forall y : H6, inner (H_k k h) y = inner (G_fresh k h) y + inner (Theta k h) y) ->
  (forall k h, taken Smp Len h -> forall y : H6, inner (Ws_k k h) y = inner (W_s k h) y) ->
  (forall k, differences Smp Len H6 (n_s k)) -> (forall k, known Smp Len H6 (k + 1) (Theta k)) ->
  (forall k, differences Smp Len H6 (G_fresh k)) ->
  (forall k h, taken Smp Len h -> z_s k h = delayed Smp Len H6 (k + 1) (n_s k) h) ->
  (forall y : process Smp Len H6, inner (W_s 0%nat) y = 0) ->
  (forall k (y : process Smp Len H6), inner (W_s (S k)) y = inner (W_s k) y + inner (z_s k) y) ->
  (forall h, taken Smp Len h -> inner (Ef_k h) (bn_k h) + inner (Gf_k h) (bn_k h) * rho ^ 2
    = inner (H_k D h) (Ws_k D h) * alpha) ->
  inner E_f b_n + inner G_f b_n * rho ^ 2 = 0.
Proof.
  intros Gf Ef Bn Hk Ws Dn KT DG Dz W0 WS Adj.
  pose proof (frozen_sums Smp Len n_s (Theta D) (G_fresh D) D (fun i _ => Dn i)) as O.
  rewrite <- Nat.add_1_r in O at 1. specialize (O (KT D) (DG D)).
  rewrite inner_sym, <- (vsum_same z_s _ D (delayed_next n_s z_s Dz)), <- (vsum_seen W_s z_s W0 WS) in O.
  transitivity (alpha * inner (W_s D) (plus (Theta D) (G_fresh D))); [|rewrite O; ring].
  change (inner (W_s D) (plus (Theta D) (G_fresh D)))
    with (average Smp Len (fun h => inner (W_s D h) (plus (Theta D h) (G_fresh D h)))).
  rewrite <- (apply_scal (average Smp Len)), Rmult_comm.
  change (inner E_f b_n) with (average Smp Len (fun h => inner (E_f h) (b_n h))).
  change (inner G_f b_n) with (average Smp Len (fun h => inner (G_f h) (b_n h))).
  rewrite <- (apply_scal (average Smp Len)), <- (apply_plus (average Smp Len)).
  apply (average_taken Smp Len). intros h T. pose proof (Adj h T) as E.
  rewrite (both_seen _ _ _ _ (Ef h T) (Bn h T)), (both_seen _ _ _ _ (Gf h T) (Bn h T)) in E.
  rewrite (inner_sym (H_k D h)), (Ws D h T), (inner_sym (W_s D h)), (Hk D h T) in E.
  rewrite inner_plus_r, (inner_sym (W_s D h) (Theta D h)), (inner_sym (W_s D h) (G_fresh D h)). lra.
Qed.

Section anew.
  Variables (Smp : sampler) (Len : nat).
  Context {H : space}.
  Variables (X n : nat -> process Smp Len H) (w z U W : nat -> process Smp Len H) (root c s : R) (D : nat).
  Hypothesis n_differences : forall k, differences Smp Len H (n k).
  Hypothesis w_is : forall k h, taken Smp Len h -> w k h = delayed Smp Len H (k + 1) (X k) h.
  Hypothesis z_is : forall k h, taken Smp Len h -> z k h = delayed Smp Len H (k + 1) (n k) h.
  Hypothesis U_start : forall y, inner (U 0%nat) y = 0.
  Hypothesis U_next : forall k y, inner (U (S k)) y = inner (U k) y + inner (w k) y.
  Hypothesis W_start : forall y, inner (W 0%nat) y = 0.
  Hypothesis W_next : forall k y, inner (W (S k)) y = inner (W k) y + inner (z k) y.

  Lemma two_windows_seen y : inner (plus (U D) (W D)) y
    = inner (plus (vsum D (fun i => delayed Smp Len H (S i) (X i) : process Smp Len H))
        (vsum D (fun i => delayed Smp Len H (S i) (n i) : process Smp Len H))) y.
  Proof.
    rewrite !inner_plus, (vsum_seen U w U_start U_next), (vsum_seen W z W_start W_next).
    now rewrite (vsum_same w _ D (delayed_next X w w_is)), (vsum_same z _ D (delayed_next n z z_is)).
  Qed.

  Lemma two_windows far : norm (plus (vsum D (fun i => delayed Smp Len H (S i) (X i) : process Smp Len H))
        (vsum D (fun i => delayed Smp Len H (S i) (n i) : process Smp Len H))) <= far ->
    inner (U D) (U D) + inner (W D) (W D) + 2 * inner (U D) (W D) <= far ^ 2.
  Proof.
    intros L. rewrite <- (norm_seen _ _ two_windows_seen) in L. apply square_at_most in L.
    rewrite inner_plus, !inner_plus_r, (inner_sym (W D) (U D)) in L. lra.
  Qed.
End anew.

(** free.moved *)
Lemma compare_free_moved (Smp : sampler) (Len : nat) {H106 H114 : space} (c_m s_m : R) (sqrt_D : nat -> R)
  (U_b : nat -> process Smp Len H106) (U_f : nat -> process Smp Len H114) (W_b : nat -> process Smp Len H106)
  (W_f n_f : nat -> process Smp Len H114) (n_m : process Smp Len H106) (v_f : nat -> process Smp Len H114)
  (v_m : process Smp Len H106) (w_b : nat -> process Smp Len H106) (w_f : nat -> process Smp Len H114)
  (z_b : nat -> process Smp Len H106) (z_f : nat -> process Smp Len H114) (D : nat) :
  differences Smp Len H106 n_m -> (forall k, differences Smp Len H114 (n_f k)) ->
  (forall k h, taken Smp Len h -> w_b k h = delayed Smp Len H106 (k + 1) v_m h) ->
  (forall k h, taken Smp Len h -> z_b k h = delayed Smp Len H106 (k + 1) n_m h) ->
  (forall k h, taken Smp Len h -> w_f k h = delayed Smp Len H114 (k + 1) (v_f k) h) ->
  (forall k h, taken Smp Len h -> z_f k h = delayed Smp Len H114 (k + 1) (n_f k) h) ->
  (forall y : process Smp Len H106, inner (U_b 0%nat) y = 0) ->
  (forall k (y : process Smp Len H106), inner (U_b (S k)) y = inner (U_b k) y + inner (w_b k) y) ->
  (forall y : process Smp Len H106, inner (W_b 0%nat) y = 0) ->
  (forall k (y : process Smp Len H106), inner (W_b (S k)) y = inner (W_b k) y + inner (z_b k) y) ->
  (forall y : process Smp Len H114, inner (U_f 0%nat) y = 0) ->
  (forall k (y : process Smp Len H114), inner (U_f (S k)) y = inner (U_f k) y + inner (w_f k) y) ->
  (forall y : process Smp Len H114, inner (W_f 0%nat) y = 0) ->
  (forall k (y : process Smp Len H114), inner (W_f (S k)) y = inner (W_f k) y + inner (z_f k) y) ->
  (forall k, inner (v_f k) (v_f k) <= inner v_m v_m) -> (forall k, inner (n_f k) (n_f k) <= inner n_m n_m) ->
  0 <= sqrt_D D -> sqrt_D D ^ 2 = INR D -> 0 <= c_m -> inner v_m v_m <= c_m ^ 2 -> 0 <= s_m ->
  inner n_m n_m <= s_m ^ 2 ->
  (inner (U_b D) (U_b D) + inner (W_b D) (W_b D) + 2 * inner (U_b D) (W_b D) <= (INR D * c_m + s_m * sqrt_D D) ^ 2) /\
  (inner (U_f D) (U_f D) + inner (W_f D) (W_f D) + 2 * inner (U_f D) (W_f D) <= (INR D * c_m + s_m * sqrt_D D) ^ 2).
Proof.
  intros Dm Df Wb Zb Wf Zf Ub0 UbS Wb0 WbS Uf0 UfS Wf0 WfS Vf Nf Hq Eq Hc Vm Hs Nm.
  assert (Root : sqrt (INR D) = sqrt_D D) by (now apply root_is). rewrite (Rmult_comm s_m), <- Root. split.
  - apply (two_windows Smp Len (fun _ => v_m) (fun _ => n_m) w_b z_b U_b W_b D); auto.
    apply windows_anew; auto; intros; now apply norm_le.
  - apply (two_windows Smp Len v_f n_f w_f z_f U_f W_f D); auto.
    apply windows_anew; auto; intros i _; apply norm_le; auto;
      [apply Rle_trans with (1 := Vf i) | apply Rle_trans with (1 := Nf i)]; assumption.
Qed.

(** free.window *)
Lemma compare_free_window (Smp : sampler) (Len : nat) {H106 H114 : space} (Y sigma : R) (sqrt_D : nat -> R)
  (U_D : nat -> process Smp Len H106) (U_s : nat -> process Smp Len H114) (V : process Smp Len H106)
  (V_s : nat -> process Smp Len H114) (W_D : nat -> process Smp Len H106) (W_s : nat -> process Smp Len H114)
  (n : process Smp Len H106) (n_s : nat -> process Smp Len H114) (w_D : nat -> process Smp Len H106)
  (w_s : nat -> process Smp Len H114) (z_D : nat -> process Smp Len H106) (z_s : nat -> process Smp Len H114)
  (D : nat) :
  differences Smp Len H106 n -> (forall k, differences Smp Len H114 (n_s k)) ->
  (forall k h, taken Smp Len h -> w_D k h = delayed Smp Len H106 (k + 1) V h) ->
  (forall k h, taken Smp Len h -> z_D k h = delayed Smp Len H106 (k + 1) n h) ->
  (forall k h, taken Smp Len h -> w_s k h = delayed Smp Len H114 (k + 1) (V_s k) h) ->
  (forall k h, taken Smp Len h -> z_s k h = delayed Smp Len H114 (k + 1) (n_s k) h) ->
  (forall y : process Smp Len H106, inner (U_D 0%nat) y = 0) ->
  (forall k (y : process Smp Len H106), inner (U_D (S k)) y = inner (U_D k) y + inner (w_D k) y) ->
  (forall y : process Smp Len H106, inner (W_D 0%nat) y = 0) ->
  (forall k (y : process Smp Len H106), inner (W_D (S k)) y = inner (W_D k) y + inner (z_D k) y) ->
  (forall y : process Smp Len H114, inner (U_s 0%nat) y = 0) ->
  (forall k (y : process Smp Len H114), inner (U_s (S k)) y = inner (U_s k) y + inner (w_s k) y) ->
  (forall y : process Smp Len H114, inner (W_s 0%nat) y = 0) ->
  (forall k (y : process Smp Len H114), inner (W_s (S k)) y = inner (W_s k) y + inner (z_s k) y) ->
  (forall k, inner (V_s k) (V_s k) <= inner V V) -> (forall k, inner (n_s k) (n_s k) <= inner n n) ->
  0 <= sqrt_D D -> sqrt_D D ^ 2 = INR D -> 0 <= Y -> inner V V <= Y ^ 2 -> 0 <= sigma -> inner n n <= sigma ^ 2 ->
  (inner (U_D D) (U_D D) + inner (W_D D) (W_D D) + 2 * inner (U_D D) (W_D D) <= (INR D * Y + sigma * sqrt_D D) ^ 2) /\
  (inner (U_s D) (U_s D) + inner (W_s D) (W_s D) + 2 * inner (U_s D) (W_s D) <= (INR D * Y + sigma * sqrt_D D) ^ 2).
Proof.
  intros Dm Df Wb Zb Wf Zf Ub0 UbS Wb0 WbS Uf0 UfS Wf0 WfS Vf Nf Hq Eq Hc Vm Hs Nm.
  assert (Root : sqrt (INR D) = sqrt_D D) by (now apply root_is). rewrite (Rmult_comm sigma), <- Root. split.
  - apply (two_windows Smp Len (fun _ => V) (fun _ => n) w_D z_D U_D W_D D); auto.
    apply (window_anew Smp Len (fun _ => V) (fun _ => n)); auto; intros; now apply norm_le.
  - apply (two_windows Smp Len V_s n_s w_s z_s U_s W_s D); auto.
    apply window_anew; auto; intros i _; apply norm_le; auto;
      [apply Rle_trans with (1 := Vf i) | apply Rle_trans with (1 := Nf i)]; assumption.
Qed.

(** free.weighted_stage *)
Lemma compare_free_weighted_stage (Smp : sampler) (Len : nat) {H16 : space} (Q_m : nat -> R) (R_0 c_bar : R)
  (q_v : nat -> R) (W_c y : nat -> process Smp Len H16) :
  (forall k, known Smp Len H16 (k + 1) (y k)) -> (forall k, centred Smp Len H16 (k + 1) (y k)) ->
  Q_m 0%nat = 0 -> (forall k, Q_m (S k) = Q_m k + q_v k) ->
  (forall z : process Smp Len H16, inner (W_c 0%nat) z = 0) ->
  (forall k (z : process Smp Len H16), inner (W_c (S k)) z = inner (W_c k) z + inner (y k) z) ->
  c_bar <= R_0 ^ 2 -> (forall k, 0 <= q_v k) -> (forall k, inner (y k) (y k) <= c_bar * q_v k) ->
  forall d, inner (W_c d) (W_c d) <= Q_m d * R_0 ^ 2.
Proof.
  intros Kn C Q0 QS W0 WS Hc Hq L d. rewrite (vsum_seen W_c y W0 WS), inner_sym, (vsum_seen W_c y W0 WS).
  rewrite (sum_is Q_m q_v d Q0 QS), Rmult_comm, <- sum_scal.
  apply weighted_sums; intros i _; [rewrite <- Nat.add_1_r; apply C | rewrite <- Nat.add_1_r; apply Kn |].
  apply Rle_trans with (1 := L i), Rmult_le_compat_r; auto.
Qed.

(** free.frozen_mean *)
Lemma compare_free_frozen_mean (Smp : sampler) (Len : nat) {H1 : space} (A F0 J K c_bar : R) (c_k iota : history -> R)
  (mean_iota phi0 r sigma : R) (Fd_k : nat -> history -> H1) (unit : process Smp Len H1)
  (unit_D : nat -> process Smp Len H1) (D : nat) :
  (0 < Len)%nat ->
  (forall k h, taken Smp Len h -> forall y : H1, inner (Fd_k k h) y = r * inner (unit_D k h) y) ->
  mean_iota = average Smp Len (fun h => iota h) -> c_bar = average Smp Len (fun h => c_k h) ->
  (forall k h, taken Smp Len h -> unit_D k h = delayed Smp Len H1 k unit h) ->
  0 < K -> A = inner unit unit * r ^ 2 -> K * mean_iota = J ->
  (forall h, taken Smp Len h -> c_k h <= inner (Fd_k D h) (Fd_k D h) + sigma ^ 2 + iota h * F0 ^ 2) ->
  phi0 = J * F0 ^ 2 * / K -> c_bar <= A + phi0 + sigma ^ 2.
Proof.
  intros HL Fd Mi Cb Ud HK EA EJ Lc Ep.
  pose proof (frozen_mean Smp Len (scal r unit : process Smp Len H1) c_k iota D sigma F0) as M.
  rewrite (norm_sq (scal r unit)), inner_scal, inner_scal_r in M.
  apply Rle_trans with (r * (r * inner unit unit) + sigma ^ 2 + average Smp Len iota * F0 ^ 2).
  - rewrite Cb. apply M; [|exact HL]. intros h T. apply Rle_trans with (1 := Lc h T), Req_le. do 2 f_equal.
    rewrite (both_seen _ (scal r (unit_D D h)) _ (scal r (unit_D D h))) by (intros y; now rewrite inner_scal, Fd).
    rewrite (Ud D h T). unfold delayed. destruct (skipn D h); [|reflexivity].
    rewrite inner_scal, inner_zero, inner_zero. ring.
  - apply Req_le. rewrite EA, Ep, <- EJ.
    change (average Smp Len iota) with (average Smp Len (fun h => iota h)). rewrite <- Mi. field. lra.
Qed.
