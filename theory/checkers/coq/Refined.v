(** Sharper forms where more is known: staleness of a linear direction, saturation measured along the run, and
    the curvature that the noise sees (sections 4 to 6). *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master Trajectory.
From Analog Require Device Sequences.
Import ListNotations.
Local Open Scope R_scope.

(** What a device makes of one element's direction g + n + b, where it distorts by the share theta of it: the parts of
    the gradient and of the staleness are at most rho times as large, the noise's is left for later. *)
(* Claim: adaptive.coordinate *)
Theorem distorted_element rho theta drift g n b :
  Rabs theta <= rho -> Rabs drift <= Rabs theta * Rabs (g + n + b) ->
  Rabs (g * theta) <= rho * Rabs g /\ Rabs (b * theta) <= rho * Rabs b /\
  Rabs drift <= Rabs (g * theta + n * theta + b * theta).
Proof.
  intros Q D. repeat split.
  1,2: rewrite Rabs_mult, Rmult_comm; apply Rmult_le_compat_r; [apply Rabs_pos | exact Q].
  replace (g * theta + n * theta + b * theta) with (theta * (g + n + b)) by ring. now rewrite Rabs_mult.
Qed.

(** Of the linear device the share is w/tau, and the drift just that. *)
Lemma linear_share tau rho w g :
  0 < tau -> Rabs w <= rho * tau ->
  Rabs (w / tau) <= rho /\ Rabs (Rabs g * w / tau) <= Rabs (w / tau) * Rabs g.
Proof.
  intros T S. split; [now apply Device.saturation_ratio|]. right.
  replace (Rabs g * w / tau) with (w / tau * Rabs g) by (unfold Rdiv; ring). now rewrite Rabs_mult, Rabs_Rabsolu.
Qed.

Section refined.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Local Notation V := (weights M size).
  Variable W : history -> V.
  Variable gradient : history -> V.
  Variables fresh direction : history -> nat -> V.
  Variable alpha : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.

  Let F := F P M size K gradient.
  Let n := n P M size K gradient fresh.
  Let b := b P M size K fresh direction.
  Let e := e P M size K W direction alpha.
  Let error := error P M size K W fresh direction alpha.
  Let v := v P M size K W gradient fresh direction alpha.
  Let step := step P M size K W gradient fresh direction alpha.
  Let A := mean_squared_gradient P M size K gradient.

  Hypothesis unbiased : forall h m c, met P K h -> conditional P (fun h => n h m c) h = 0.
  Variable sigma : R.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis variance : forall h, met P K h -> conditional P (fun h => inner (n h) (n h)) h <= sigma ^ 2.

  (** * A linear direction: signs inside H may cancel, so H stands where S of absolute values stood *)

  Section linear.
    Variable d : nat -> nat.
    Variable H : V -> V.
    Hypothesis H_plus : forall x y, norm (H (plus x y)) <= norm (plus (H x) (H y)).
    Hypothesis H_scal : forall c x, norm (H (scal c x)) = Rabs c * norm (H x).
    Hypothesis H_ext : forall x y, (forall m c, (m < M)%nat -> (c < size m)%nat -> x m c = y m c) ->
      norm (H x) = norm (H y).
    Variables Lambda1 Lambdah : R.
    Hypothesis Lambdah_nonneg : 0 <= Lambdah.
    Definition by_stage (c : nat -> R) (x : V) : V := fun m => scal (c m) (x m).
    Hypothesis coherent : forall x, norm (H (by_stage (fun m => INR (d m)) x)) <= Lambda1 * norm x.
    Hypothesis martingale : forall x, norm (H (by_stage (fun m => sqrt (INR (d m))) x)) <= Lambdah * norm x.
    Let moved := moved P M size K W d.
    Hypothesis stale : forall h, taken P K h -> norm (b h) = norm (H (moved h)).

    (** The window of stage m, divided by what it may cost, is a contraction. *)
    Definition contracted (c : nat -> R) (X : process P K V) : process P K V :=
      fun h m => scal (/ c m) (window P K (d m) (stage P M size K X m) h).

    Lemma contracted_norm c X :
      (forall m, (m < M)%nat -> 0 <= c m) ->
      (forall m, (m < M)%nat -> norm (window P K (d m) (stage P M size K X m)) <= c m * norm (stage P M size K X m)) ->
      norm (contracted c X) <= norm X.
    Proof.
      intros Hc L. rewrite <- (norm_stage_norms P M size K X), <- (norm_stage_norms P M size K (contracted c X)).
      apply lift_norm_le. intros m Hm.
      set (s := norm (stage P M size K (contracted c X) m)). set (t := norm (stage P M size K X m)).
      assert (Le : s <= t).
      { unfold s. change (stage P M size K (contracted c X) m)
          with (scal (/ c m) (window P K (d m) (stage P M size K X m))).
        rewrite norm_scal. pose proof (norm_nonneg (stage P M size K X m)) as T. fold t in T.
        destruct (Hc m Hm) as [Pos|Z].
        - rewrite Rabs_pos_eq by (left; now apply Rinv_0_lt_compat).
          apply Rmult_le_reg_l with (c m); [exact Pos|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
          now apply L.
        - rewrite <- Z, Rinv_0, Rabs_R0. lra. }
      pose proof (norm_nonneg (stage P M size K (contracted c X) m)). fold s in H0.
      change (s * s <= t * t). apply Rmult_le_compat; assumption.
    Qed.

    Lemma window_split c X h m k :
      (d m <> O -> c m <> 0) ->
      c m * contracted c X h m k = sum (d m) (fun j => X (skipn (S j) h) m k).
    Proof.
      intros Hc.
      change (c m * (/ c m * window P K (d m) (stage P M size K X m) h k) = sum (d m) (fun j => X (skipn (S j) h) m k)).
      replace (window P K (d m) (stage P M size K X m) h k) with (sum (d m) (fun j => X (skipn (S j) h) m k))
        by (symmetry; exact (vsum_at P M size K (d m) (fun j => shift P K (S j) X) h m k)).
      destruct (d m) as [|r]; [simpl; ring|].
      set (z := sum (S r) _). field. apply Hc. discriminate.
    Qed.

    (** Staleness lemma with H itself: no Fourier analysis needed, the windows are contractions stage by stage. *)
    (* Claim: stale.linear *)
    Theorem staleness_linear : norm b <= alpha * (Lambda1 * norm v + Lambdah * sigma).
    Proof.
      set (cv := contracted (fun m => INR (d m)) v). set (cn := contracted (fun m => sqrt (INR (d m))) n).
      set (Hv := (fun h => H (by_stage (fun m => INR (d m)) (cv h))) : process P K V).
      set (Hn := (fun h => H (by_stage (fun m => sqrt (INR (d m))) (cn h))) : process P K V).
      assert (Split : forall h m k, moved h m k = - alpha *
        (by_stage (fun m => INR (d m)) (cv h) m k + by_stage (fun m => sqrt (INR (d m))) (cn h) m k)).
      { intros h m k.
        change (moved h m k = - alpha * (INR (d m) * cv h m k + sqrt (INR (d m)) * cn h m k)).
        pose proof (window_split (fun m => INR (d m)) v h m k (fun Hd => not_0_INR _ Hd)) as E1.
        pose proof (window_split (fun m => sqrt (INR (d m))) n h m k) as E2. cbv beta in E1, E2.
        unfold cv, cn. rewrite E1, E2.
        - unfold moved. rewrite (moved_is_window P M size K W gradient fresh direction alpha K_pos alpha_pos).
          rewrite <- sum_plus, <- sum_scal. apply sum_ext. reflexivity.
        - intros Hd. apply Rgt_not_eq, sqrt_lt_R0, lt_0_INR. lia. }
      apply Rle_trans with (norm (scal alpha (plus Hv Hn))).
      - apply lift_norm_le. intros h Hh. rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg|].
        rewrite (stale h Hh).
        rewrite (H_ext _ (scal (- alpha) (plus (by_stage (fun m => INR (d m)) (cv h))
          (by_stage (fun m => sqrt (INR (d m))) (cn h))))) by (intros; apply Split).
        rewrite H_scal, Rabs_Ropp. change (scal alpha (plus Hv Hn) h) with (scal alpha (plus (Hv h) (Hn h))).
        rewrite norm_scal. apply Rmult_le_compat_l; [apply Rabs_pos | apply H_plus].
      - rewrite norm_scal, Rabs_pos_eq by lra. apply Rmult_le_compat_l; [lra|].
        apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat.
        + assert (0 <= Lambda1 \/ Lambda1 < 0) as [Lp|Ln] by (destruct (Rle_lt_dec 0 Lambda1); auto).
          * apply Rle_trans with (Lambda1 * norm cv).
            -- rewrite <- (Rabs_pos_eq Lambda1 Lp), <- norm_scal. apply lift_norm_le. intros h _.
               rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg|].
               change (scal Lambda1 cv h) with (scal Lambda1 (cv h)). rewrite norm_scal, Rabs_pos_eq by exact Lp.
               apply coherent.
            -- apply Rmult_le_compat_l; [exact Lp|]. apply contracted_norm; [intros; apply pos_INR|].
               intros m _. apply window_coherent. apply sum_zero. intros c _.
               change (v [] m c * v [] m c = 0). unfold v. rewrite v_at_start. ring.
          * (* a negative bound of norms: then there are no vectors but zero *)
            assert (Zero : forall x : V, norm x = 0).
            { intros x. pose proof (coherent x) as C. pose proof (norm_nonneg x).
              pose proof (norm_nonneg (H (by_stage (fun m => INR (d m)) x))). nra. }
            assert (norm v = 0 /\ norm Hv = 0) as [-> ->].
            { split; apply norm_null, apply_zero; intros h _; rewrite <- norm_sq, Zero; ring. }
            lra.
        + apply Rle_trans with (Lambdah * norm n).
          * apply Rle_trans with (Lambdah * norm cn).
            -- rewrite <- (Rabs_pos_eq Lambdah Lambdah_nonneg), <- norm_scal. apply lift_norm_le. intros h _.
               rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg|].
               change (scal Lambdah cn h) with (scal Lambdah (cn h)).
               rewrite norm_scal, Rabs_pos_eq by exact Lambdah_nonneg.
               apply martingale.
            -- apply Rmult_le_compat_l; [exact Lambdah_nonneg|]. apply contracted_norm; [intros; apply sqrt_pos|].
               intros m _. apply window_martingale.
               ++ apply stage_noise. exact unbiased.
               ++ intros w. apply sum_zero. intros c _. change (0 * w c = 0). ring.
          * apply Rmult_le_compat_l; [exact Lambdah_nonneg|]. now apply noise_bound.
    Qed.
  End linear.

  (** * Saturation along the run *)

  Section adaptive.
    Variable rho : R.
    Hypothesis rho_nonneg : 0 <= rho.

    (** [ratio h m c] is |W|/tau of an element after history h. *)
    Variable ratio : history -> V.
    Hypothesis ratio_range : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> 0 <= ratio h m c <= rho.
    Hypothesis drift : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (e (i :: h) m c) <= ratio h m c * Rabs (direction h i m c).

    Definition weighed (X : process P K V) : process P K V := fun h m c => ratio (tl h) m c * X h m c.

    (** What the device makes of the noise: its average energy, each element weighed by its saturation. *)
    Definition distorted_noise : R := norm (weighed n) ^ 2.

    Lemma weighed_le X : norm (weighed X) <= rho * norm X.
    Proof.
      rewrite <- (Rabs_pos_eq rho rho_nonneg), <- norm_scal. apply lift_norm_le. intros h Hh.
      destruct (taken_cons P K K_pos h Hh) as (i & h' & -> & Hm & _). apply sum_le. intros m Lm. apply sum_le.
      intros c Lc.
      destruct (ratio_range h' m c Hm Lm Lc) as [R0 R1].
      set (x := X (i :: h') m c). change (ratio h' m c * x * (ratio h' m c * x) <= rho * x * (rho * x)).
      replace (ratio h' m c * x * (ratio h' m c * x)) with (ratio h' m c ^ 2 * (x * x)) by ring.
      replace (rho * x * (rho * x)) with (rho ^ 2 * (x * x)) by ring.
      apply Rmult_le_compat_r; [apply Rle_0_sqr | apply pow_incr; lra].
    Qed.

    Lemma weighed_noise : martingale_difference P K (weighed n).
    Proof.
      intros h w R Len.
      rewrite <- (noise P M size K gradient fresh unbiased h (fun m c => ratio h m c * w m c) R Len).
      apply apply_ext. intros i _. apply sum_ext. intros m _. apply sum_ext. intros c _.
      change (ratio h m c * n (i :: h) m c * w m c = n (i :: h) m c * (ratio h m c * w m c)). ring.
    Qed.

    Lemma weighed_known : known P K V 1 (weighed F).
    Proof.
      exists (fun _ h m c => ratio h m c * gradient h m c). intros h Hh.
      destruct (taken_cons P K K_pos h Hh) as (i & h' & -> & _). reflexivity.
    Qed.

    Theorem drift_adaptive : norm e <= sqrt (rho ^ 2 * A + distorted_noise) + rho * norm b.
    Proof.
      unfold A. rewrite A_is_norm by exact K_pos.
      apply (Sequences.drift_distorted P K F b e rho (weighed F) (weighed n) (weighed b)); auto using
        weighed_known, weighed_noise, weighed_le.
      - unfold distorted_noise. rewrite norm_sq. apply Rle_refl.
      - intros h Hh. apply sqrt_le_1_alt. destruct (taken_cons P K K_pos h Hh) as (i & h' & -> & Hm & R).
        apply sum_le. intros m Lm. apply sum_le. intros c Lc. pose proof (drift h' i m c Hm R Lm Lc) as D.
        destruct (ratio_range h' m c Hm Lm Lc) as [R0 _].
        set (x := e (i :: h') m c) in *. set (r := ratio h' m c) in *.
        replace (plus (plus (weighed F (i :: h')) (weighed n (i :: h'))) (weighed b (i :: h')) m c)
          with (r * direction h' i m c).
        2:{ unfold r, weighed, F, n, b, Trajectory.F, Trajectory.n, Trajectory.b. reals. ring. }
        change (x * x <= r * direction h' i m c * (r * direction h' i m c)).
        apply Rsqr_le_abs_1. now rewrite Rabs_mult, (Rabs_pos_eq r).
    Qed.

    (** In terms of the largest ratio r_k of each moment: at most (1/K) sum E r_k^2 times sigma^2. *)
    Theorem distorted_noise_le (r : history -> R) :
      (forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> ratio h m c <= r h) ->
      distorted_noise <= / INR K * sum K (fun k => mean P k (fun h => r h ^ 2)) * sigma ^ 2.
    Proof.
      intros Hr. unfold distorted_noise. rewrite norm_sq.
      apply Rle_trans with (average P K (fun h => r (tl h) ^ 2 * inner (n h) (n h))).
      - apply apply_le. intros h Hh. destruct (taken_cons P K K_pos h Hh) as (i & h' & -> & Hm & _). simpl (tl _).
        change (inner (n (i :: h')) (n (i :: h')))
          with (sum M (fun m => sum (size m) (fun c => n (i :: h') m c * n (i :: h') m c))).
        rewrite <- sum_scal. apply sum_le. intros m Lm. rewrite <- sum_scal. apply sum_le. intros c Lc.
        destruct (ratio_range h' m c Hm Lm Lc) as [R0 _]. pose proof (Hr h' m c Hm Lm Lc) as R1.
        set (y := n (i :: h') m c). set (q := ratio h' m c) in *.
        change (q * y * (q * y) <= r h' ^ 2 * (y * y)). replace (q * y * (q * y)) with (q ^ 2 * (y * y)) by ring.
        apply Rmult_le_compat_r; [apply Rle_0_sqr | apply pow_incr; lra].
      - change (/ INR K * sum K (fun k => mean P (S k) (fun h => r (tl h) ^ 2 * inner (n h) (n h)))
          <= / INR K * sum K (fun k => mean P k (fun h => r h ^ 2)) * sigma ^ 2).
        rewrite Rmult_assoc. apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, lt_0_INR, K_pos|].
        rewrite (Rmult_comm _ (sigma ^ 2)), <- sum_scal. apply sum_le. intros k Hk.
        rewrite <- mean_scal. simpl (mean P (S k) _). apply mean_le. intros h [R E].
        apply Rle_trans with (r h ^ 2 * conditional P (fun h => inner (n h) (n h)) h).
        + apply Req_le. unfold conditional. now rewrite <- apply_scal.
        + rewrite Rmult_comm. apply Rmult_le_compat_r; [apply pow2_ge_0 | apply variance; split; [exact R | lia]].
    Qed.
  End adaptive.

  (** * Curvature: a form [curve] <= L measures the descent, and the noise is Ln sigma^2 in it *)

  Section resolved.
    Variables Lambda1 nu rho : R.
    Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).
    Hypothesis rho_nonneg : 0 <= rho.
    Hypothesis drift : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (e (i :: h) m c) <= rho * Rabs (direction h i m c).
    Variable value : history -> R.
    Variables L Ln lower : R.
    Hypothesis L_nonneg : 0 <= L.
    Hypothesis Ln_nonneg : 0 <= Ln.
    Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= value h.

    Variable curve : V -> V -> R.
    Hypothesis curve_sym : forall u w, curve u w = curve w u.
    Hypothesis curve_plus : forall u w z, curve (plus u w) z = curve u z + curve w z.
    Hypothesis curve_scal : forall c u w, curve (scal c u) w = c * curve u w.
    Hypothesis curve_zero : forall w, curve zero w = 0.
    Hypothesis curve_pos : forall u, 0 <= curve u u.
    Hypothesis curve_le : forall u, curve u u <= L * inner u u.
    Hypothesis curve_unbiased : forall h w, met P K h -> conditional P (fun h => curve (n h) w) h = 0.
    Hypothesis curve_variance : forall h, met P K h ->
      conditional P (fun h => curve (n h) (n h)) h <= Ln * sigma ^ 2.
    Hypothesis smooth : forall h i, met P K h -> reachable P (i :: h) ->
      value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + / 2 * curve (step (i :: h)) (step (i :: h)).

    Let p := (value [] - lower) / (alpha * INR K).
    Let along_time (X Y : process P K V) : R := average P K (fun h => curve (X h) (Y h)).

    Lemma average_noise_curve : along_time n n <= Ln * sigma ^ 2.
    Proof. apply (Sequences.average_conditional P K _ _ K_pos). intros h R Len. exact (curve_variance h (conj R Len)).
    Qed.

    Lemma average_curve_orthogonal : along_time F n = 0.
    Proof.
      unfold along_time. transitivity (average P K (fun h => curve (n h) (gradient (tl h)))).
      - apply apply_ext. intros h Hh. destruct (taken_cons P K K_pos h Hh) as (i & h' & -> & _). apply curve_sym.
      - change (/ INR K * sum K (fun k => mean P (S k) (fun h => curve (n h) (gradient (tl h)))) = 0).
        rewrite sum_zero; [ring|]. intros k Hk. apply (apply_zero (expectation P k)). intros h [R E].
        apply (curve_unbiased h (gradient h)). split; [exact R | lia].
    Qed.

    Theorem trajectory_resolved :
      exists Y a, feasible_resolved p (alpha * L) (alpha * Ln) sigma rho
        ((1 + rho) * alpha * Lambda1) ((1 + rho) * alpha * nu) A Y a.
    Proof.
      unfold A. rewrite A_is_norm by exact K_pos.
      apply (sharp_resolved F error n p sigma rho _ _ sigma_nonneg) with (curve := along_time); try assumption.
      - unfold F. rewrite <- A_is_norm by exact K_pos.
        apply (error_bound P M size K W gradient fresh direction alpha K_pos unbiased sigma sigma_nonneg
          variance Lambda1 nu stale_at_most rho rho_nonneg drift).
      - intros. apply apply_ext. intros. apply curve_sym.
      - intros. unfold along_time. rewrite <- apply_plus. apply apply_ext. intros. apply curve_plus.
      - intros. unfold along_time. rewrite <- apply_scal. apply apply_ext. intros. apply curve_scal.
      - intros. apply apply_zero. intros. apply curve_zero.
      - intros. apply apply_nonneg. intros. apply curve_pos.
      - intros u. unfold along_time. change (inner u u) with (average P K (fun h => inner (u h) (u h))).
        rewrite <- apply_scal. apply apply_le. intros. apply curve_le.
      - apply average_curve_orthogonal.
      - apply average_noise_curve.
      - apply Rle_trans with (1 := telescoped P M size K W gradient fresh direction alpha K_pos alpha_pos unbiased
          value lower bounded_below (fun h => / 2 * curve (step h) (step h)) smooth).
        apply Req_le. unfold p. f_equal. rewrite apply_scal.
        assert (E : average P K (fun h => curve (step h) (step h)) = alpha ^ 2 * along_time (plus v n) (plus v n)).
        { unfold along_time. rewrite <- apply_scal. apply apply_ext. intros h _.
          change (step h) with (scal (- alpha) (plus v n h)).
          rewrite curve_scal, curve_sym, curve_scal. ring. }
        rewrite E. change (plus F error) with v. field. lra.
    Qed.
  End resolved.

  (** Theorem 1 with the saturation met along the run: the floor is made of the distorted noise alone. *)
  Section adaptive_theorem.
    Variables Lambda1 nu rho : R.
    Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).
    Hypothesis rho_nonneg : 0 <= rho.
    Variable ratio : history -> V.
    Hypothesis ratio_range : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> 0 <= ratio h m c <= rho.
    Hypothesis drift : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (e (i :: h) m c) <= ratio h m c * Rabs (direction h i m c).
    Variable value : history -> R.
    Variables L lower : R.
    Hypothesis L_nonneg : 0 <= L.
    Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= value h.
    Hypothesis smooth : forall h i, met P K h -> reachable P (i :: h) ->
      value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + L / 2 * inner (step (i :: h)) (step (i :: h)).
    Let p := (value [] - lower) / (alpha * INR K).
    Let q := (1 + rho) * alpha * Lambda1.
    Let qn := (1 + rho) * alpha * nu.
    Let drifted := sqrt (rho ^ 2 * A + distorted_noise ratio).

    (** [drifted] stands where rho R stood. *)
    Theorem trajectory_adaptive : exists Y a, feasible p (alpha * L) sigma 0 q (drifted + qn) A Y a.
    Proof.
      unfold A. rewrite A_is_norm by exact K_pos.
      apply (sharp F error n); auto.
      - apply Rmult_le_pos; lra.
      - pose proof (drift_adaptive rho rho_nonneg ratio ratio_range drift) as E. fold drifted in E.
        pose proof (minkowski b e) as T.
        assert ((1 + rho) * norm b <= (1 + rho) * (alpha * (Lambda1 * norm v + nu)))
          by (apply Rmult_le_compat_l; [lra | exact stale_at_most]).
        unfold eta, q, qn. change (norm error) with (norm (plus b e)).
        change (norm (plus F error)) with (norm v). lra.
      - apply (gradient_orthogonal_to_noise P M size K gradient fresh K_pos unbiased).
      - apply (noise_bound P M size K gradient fresh K_pos sigma sigma_nonneg variance).
      - apply (telescope P M size K W gradient fresh direction alpha K_pos alpha_pos unbiased value L lower
          bounded_below smooth).
    Qed.
  End adaptive_theorem.
End refined.

Print Assumptions trajectory_resolved.
Print Assumptions trajectory_adaptive.
